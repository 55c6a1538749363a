import { once } from 'node:events';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import { JSON_SUBPROTOCOL, streamTicket } from '#libs/contracts';

const WAIT = { timeout: 10_000 };

export interface RawFrame {
  type: string;
  id?: string;
  data: unknown;
}

export async function issueTicket(api: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${api}/v1/stream/tickets`, { method: 'POST', headers });
  return streamTicket.parse(await response.json()).ticket;
}

/** Opens a socket, whether or not the server accepts it. */
export function dialStream(api: string, query: string, protocols = [JSON_SUBPROTOCOL]): WebSocket {
  return new WebSocket(`${api.replace('http', 'ws')}/v1/stream${query}`, protocols);
}

/** A socket that sends anything, and keeps the answers. */
export class RawSocket {
  readonly frames: RawFrame[] = [];
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = once(socket, 'close').then(([code]) => code as number);
    socket.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString()) as RawFrame));
    socket.on('error', () => undefined);
  }

  static async open(api: string, ticket: string): Promise<RawSocket> {
    const raw = new RawSocket(dialStream(api, `?ticket=${ticket}`));
    await vi.waitUntil(() => raw.frames[0]?.type === 'welcome', WAIT);
    return raw;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  say(frame: string | Buffer): void {
    this.#socket.send(frame);
  }

  /** The next frame that arrives. */
  async answerTo(frame: string | Buffer): Promise<RawFrame> {
    const before = this.frames.length;
    this.say(frame);
    return vi.waitUntil(() => this.frames[before], WAIT);
  }

  hangUp(): void {
    this.#socket.terminate();
  }
}
