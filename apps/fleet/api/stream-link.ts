import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, type RawData } from 'ws';
import type { z } from 'zod';
import { JSON_SUBPROTOCOL, MAX_FRAME_BYTES, HEARTBEAT_INTERVAL_MS, SILENCE_LIMIT_MS } from '#libs/contracts';
import type { Random } from '#libs/random';
import { ApiError, backoffMs } from './api-error.ts';
import { parseJson, type RequestSlots } from './api-client.ts';
import type { Job, TickWheel } from '../clock/tick-wheel.ts';

/** How long a socket may take to open, wall time. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How many bytes may wait in a socket before positions are skipped: the next position replaces them anyway. */
const MAX_BUFFERED_BYTES = 64 * 1024;
/**
 * How large a frame of the server may be. An acknowledgement holds a trip and a driver, so it is larger than a
 * client's frame.
 */
const MAX_SERVER_FRAME_BYTES = 4 * MAX_FRAME_BYTES;
const HEARTBEAT = '{"type":"heartbeat","data":{}}';

export interface StreamLinkOptions<F> {
  /** `ws://host:port` of the API. */
  url: string;
  openTicket: () => Promise<string>;
  frames: z.ZodType<F>;
  /** Frames of this type are not even parsed. */
  ignoredType?: string;
  /** Bounds how many sockets are being opened at once. */
  slots: RequestSlots;
  keeper: LinkKeeper;
  random: Random;
  onFrame: (frame: F) => void;
  onOpen?: () => void;
  onLost?: () => void;
  /** A code for the error count: a frame that is not what the contract says, a ticket that was refused. */
  onProblem: (code: string) => void;
}

/** A phone's WebSocket: opened with a fresh ticket, and opened again whenever it is lost, until it is closed by us. */
export class StreamLink<F> implements KeptLink {
  readonly #options: StreamLinkOptions<F>;
  readonly #ignoredPrefix: string | undefined;
  #socket: WebSocket | undefined;
  #closed = false;
  #failures = 0;
  lastSentMs = 0;
  lastReceivedMs = 0;

  constructor(options: StreamLinkOptions<F>) {
    this.#options = options;
    this.#ignoredPrefix = options.ignoredType && `{"type":"${options.ignoredType}"`;
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Opens the socket, trying until it stands. A ticket that is refused for good is reported and tried again, too. */
  async open(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#options.slots.run(() => this.#attempt());
        return;
      } catch (error) {
        if (this.#closed || (error instanceof ApiError && error.code === 'stopped')) return;
        if (error instanceof ApiError) this.#options.onProblem(error.code);
        this.#failures++;
        await sleep(backoffMs(this.#failures, this.#options.random));
      }
    }
  }

  /** False where the socket is not open or is backed up; the frame is dropped then. */
  send(frame: string): boolean {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > MAX_BUFFERED_BYTES) return false;
    this.lastSentMs = performance.now();
    socket.send(frame);
    return true;
  }

  sendHeartbeat(): void {
    this.send(HEARTBEAT);
  }

  abandon(): void {
    this.#socket?.terminate();
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    this.#options.keeper.remove(this);
    this.#socket?.close(1000);
  }

  async #attempt(): Promise<void> {
    if (this.#closed) return;
    const ticket = await this.#options.openTicket();
    const socket = new WebSocket(
      `${this.#options.url}/v1/stream?ticket=${encodeURIComponent(ticket)}`,
      JSON_SUBPROTOCOL,
      {
        perMessageDeflate: false,
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
        maxPayload: MAX_SERVER_FRAME_BYTES,
      },
    );
    await new Promise<void>((resolve, reject) => {
      // Kept for good: the close that follows an error says all that matters later on.
      socket.on('error', reject);
      socket.once('unexpected-response', (request, { statusCode = 0 }) => {
        request.destroy();
        if (statusCode < 500) this.#options.onProblem('socket_refused');
        reject(new Error(`the socket was answered ${statusCode}`));
      });
      socket.once('open', () => {
        // At once, since the first frame may be right behind.
        this.#adopt(socket);
        resolve();
      });
    });
  }

  #adopt(socket: WebSocket): void {
    if (this.#closed) {
      socket.close(1000);
      return;
    }
    this.#socket = socket;
    this.lastReceivedMs = this.lastSentMs = performance.now();
    this.#options.keeper.add(this);
    socket.on('message', (data) => this.#receive(data));
    socket.once('close', () => this.#lost());
    this.#options.onOpen?.();
  }

  #receive(data: RawData): void {
    this.lastReceivedMs = performance.now();
    const text = (data as Buffer).toString(); // the default binaryType of ws
    if (this.#ignoredPrefix !== undefined && text.startsWith(this.#ignoredPrefix)) return;
    const parsed = this.#options.frames.safeParse(parseJson(text));
    if (!parsed.success) {
      this.#options.onProblem('bad_frame');
      return;
    }
    // A socket that only opens and closes again is no success: backing off ends with the first frame.
    this.#failures = 0;
    this.#options.onFrame(parsed.data);
  }

  #lost(): void {
    this.#options.keeper.remove(this);
    if (this.#closed) return;
    this.#failures++;
    this.#options.onLost?.();
    const { random } = this.#options;
    void sleep(backoffMs(this.#failures, random)).then(() => this.open());
  }
}

/** The part of a socket that has to be kept alive. */
export interface KeptLink {
  readonly lastSentMs: number;
  readonly lastReceivedMs: number;
  sendHeartbeat(): void;
  /** The other side has said nothing for too long. */
  abandon(): void;
}

/** Heartbeats and silence of all sockets in one sweep; both are looked at three times in a heartbeat interval. */
export class LinkKeeper implements Job {
  readonly #links = new Set<KeptLink>();
  readonly #wheel: TickWheel;
  readonly #heartbeatWallMs: number;

  /** A service on a compressed clock counts its heartbeats in service time, so ours are at least as frequent. */
  constructor(wheel: TickWheel, clockSpeed: number) {
    this.#wheel = wheel;
    this.#heartbeatWallMs = HEARTBEAT_INTERVAL_MS / clockSpeed;
  }

  add(link: KeptLink): void {
    this.#links.add(link);
  }

  remove(link: KeptLink): void {
    this.#links.delete(link);
  }

  run(nowMs: number): void {
    const wallMs = performance.now();
    for (const link of this.#links) {
      if (wallMs - link.lastReceivedMs > SILENCE_LIMIT_MS) link.abandon();
      else if (wallMs - link.lastSentMs > this.#heartbeatWallMs * (2 / 3)) link.sendHeartbeat();
    }
    this.#wheel.at(nowMs + HEARTBEAT_INTERVAL_MS / 3, this);
  }
}
