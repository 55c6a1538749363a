import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { z } from 'zod';
import { STREAM_PATH, JSON_SUBPROTOCOL } from '#libs/contracts';
import type { ServerFrame } from '#libs/stream';

const FRAME_LIMIT_MS = 20_000;

export type FrameOf<F extends ServerFrame, T extends F['type']> = Extract<F, { type: T }>;

export interface Closing {
  code: number;
  reason: string;
}

/** A phone's socket: every received frame, checked against the contract and kept until the test takes it. */
export class PhoneSocket<F extends ServerFrame> {
  /** Frames that are not taken yet, oldest first. */
  readonly frames: F[] = [];
  readonly closed: Promise<Closing>;
  readonly #socket: WebSocket;
  #wake: (() => void) | undefined;
  #asked = 0;

  private constructor(socket: WebSocket, serverFrame: z.ZodType<F>) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.frames.push(serverFrame.parse(JSON.parse(data.toString())));
      this.#wake?.();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** Resolves after the handshake, before the `welcome`. */
  static async open<F extends ServerFrame>(
    api: string,
    ticket: string,
    serverFrame: z.ZodType<F>,
    path = STREAM_PATH,
  ): Promise<PhoneSocket<F>> {
    const address = `${api.replace('http', 'ws')}${path}?ticket=${ticket}`;
    const socket = new WebSocket(address, JSON_SUBPROTOCOL);
    const phoneSocket = new PhoneSocket(socket, serverFrame);
    await once(socket, 'open');
    return phoneSocket;
  }

  send(frame: unknown): void {
    this.#socket.send(JSON.stringify(frame));
  }

  /** Takes the first frame of this type. */
  async next<T extends F['type']>(type: T): Promise<FrameOf<F, T>> {
    const frame = await this.until((candidate) => candidate.type === type);
    return this.#take(frame) as FrameOf<F, T>;
  }

  /** Sends a frame and takes the ack or error that answers it. */
  async ask(type: string, data: unknown, key?: string): Promise<FrameOf<F, 'ack' | 'error'>> {
    this.#asked += 1;
    const id = `f${this.#asked}`;
    this.send({ type, id, data, ...(key !== undefined && { idempotency_key: key }) });
    return this.#take(await this.until((frame) => frame.id === id)) as FrameOf<F, 'ack' | 'error'>;
  }

  /** The first frame that fits, without taking it. */
  async until<G extends F>(fits: (frame: F) => frame is G): Promise<G>;
  async until(fits: (frame: F) => boolean): Promise<F>;
  async until(fits: (frame: F) => boolean): Promise<F> {
    const deadline = performance.now() + FRAME_LIMIT_MS;
    for (;;) {
      const found = this.frames.find(fits);
      if (found !== undefined) return found;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`the frame did not arrive: ${JSON.stringify(this.frames.slice(-5))}`);
      await this.#arrival(leftMs);
    }
  }

  async close(): Promise<Closing> {
    this.#socket.close();
    return this.closed;
  }

  /** Cuts the connection without a close frame. */
  hangUp(): void {
    this.#socket.terminate();
  }

  #take(frame: F): F {
    this.frames.splice(this.frames.indexOf(frame), 1);
    return frame;
  }

  #arrival(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
