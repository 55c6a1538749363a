import { WebSocket } from 'ws';
import { signIn } from '../../../dev/browser/sign-in-by-calls.ts';

/** The whole earth: every car is in view. */
const EVERYWHERE = [-179, -85, 179, 85];

/** A page that shows the whole city and draws at once: it acknowledges each update when it comes. */
export interface MapClient {
  /** Updates and bytes so far. */
  received(): { updates: number; bytes: number };
  close(): void;
}

export async function openMap(consoleUrl: string): Promise<MapClient> {
  const cookie = await signIn(consoleUrl, 'console', 'operator');
  const url = `${consoleUrl.replace('http', 'ws')}/v1/console/stream`;
  const socket = new WebSocket(url, { headers: { cookie, origin: consoleUrl } });
  let updates = 0;
  let bytes = 0;
  let awaited: number | undefined;
  const acknowledge = (update: number): void => {
    updates += 1;
    socket.send(JSON.stringify({ type: 'ack', update }));
  };
  socket.on('message', (data: Buffer, isBinary) => {
    bytes += data.byteLength;
    if (isBinary) {
      if (awaited !== undefined) acknowledge(awaited);
      awaited = undefined;
      return;
    }
    const message = JSON.parse(data.toString()) as { type: string; update: number; has_cars: boolean };
    if (message.type !== 'city') return;
    if (message.has_cars) awaited = message.update;
    else acknowledge(message.update);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.send(JSON.stringify({ type: 'view', bounds: EVERYWHERE, layer: 'supply' }));
  return { received: () => ({ updates, bytes }), close: () => socket.close() };
}
