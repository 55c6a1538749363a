import { once } from 'node:events';
import { WebSocket } from 'ws';
import { JSON_SUBPROTOCOL, riderServerFrame, streamTicket, type RiderServerFrame } from '#libs/contracts';
import type { TestRider } from './world.ts';

const FRAME_LIMIT_MS = 5_000;

type FrameOf<T extends RiderServerFrame['type']> = Extract<RiderServerFrame, { type: T }>;

/** A rider's socket: every frame it was sent, checked against the contract. */
export class TestSocket {
  readonly frames: RiderServerFrame[] = [];
  readonly #socket: WebSocket;
  #onFrame: (() => void) | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.frames.push(riderServerFrame.parse(JSON.parse(data.toString())));
      this.#onFrame?.();
    });
  }

  /** Opens with a ticket, which may come from another instance; resolves after the `welcome`. */
  static async open(rider: TestRider, api: string, ticketFrom = api): Promise<TestSocket> {
    const { body } = await rider.post(ticketFrom, '/v1/stream/tickets');
    const { ticket } = streamTicket.parse(body);
    const address = `${api.replace('http', 'ws')}/v1/stream?ticket=${ticket}`;
    const socket = new TestSocket(new WebSocket(address, JSON_SUBPROTOCOL));
    await socket.next('welcome');
    return socket;
  }

  send(frame: unknown): void {
    this.#socket.send(JSON.stringify(frame));
  }

  /** The first frame of this kind that nobody has taken yet, once it is there. */
  async next<T extends RiderServerFrame['type']>(type: T): Promise<FrameOf<T>> {
    const deadline = AbortSignal.timeout(FRAME_LIMIT_MS);
    for (;;) {
      const index = this.frames.findIndex((frame) => frame.type === type);
      if (index >= 0) return this.frames.splice(index, 1)[0] as FrameOf<T>;
      await new Promise<void>((resolve, reject) => {
        this.#onFrame = resolve;
        deadline.addEventListener('abort', () => reject(new Error(`no ${type} frame came`)), { once: true });
      });
    }
  }

  async closed(): Promise<{ code: number; reason: string }> {
    const [code, reason] = (await once(this.#socket, 'close')) as [number, Buffer];
    return { code, reason: reason.toString() };
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.close();
    await once(this.#socket, 'close');
  }
}
