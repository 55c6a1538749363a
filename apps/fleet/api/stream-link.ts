import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, type RawData } from 'ws';
import type { z } from 'zod';
import { JSON_SUBPROTOCOL, MAX_FRAME_BYTES, HEARTBEAT_INTERVAL_MS, SILENCE_LIMIT_MS } from '#libs/contracts';
import type { Random } from '#libs/random';
import { ApiError, backoffMs } from './api-error.ts';
import { parseJson, type RequestSlots } from './api-client.ts';
import type { Job, TickWheel } from '../clock/tick-wheel.ts';

/** Time limit for opening a socket, wall time. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Buffered bytes of a socket above which positions are skipped: the next position replaces them anyway. */
const MAX_BUFFERED_BYTES = 64 * 1024;
/**
 * Largest frame accepted from the server. An acknowledgement holds a trip and a driver, so it is larger than a
 * client's frame.
 */
const MAX_SERVER_FRAME_BYTES = 4 * MAX_FRAME_BYTES;
const HEARTBEAT = '{"type":"heartbeat","data":{}}';

export interface StreamLinkOptions<F> {
  /** `ws://host:port` of the API. */
  url: string;
  openTicket: () => Promise<string>;
  frames: z.ZodType<F>;
  /** Frames of this type are skipped without parsing. */
  ignoredType?: string;
  /** Bounds how many sockets are being opened at once. */
  slots: RequestSlots;
  keeper: LinkKeeper;
  random: Random;
  onFrame: (frame: F) => void;
  onOpen?: () => void;
  onLost?: () => void;
  /** Called with a code for the error count: a frame that breaks the contract, or a refused ticket. */
  onProblem: (code: string) => void;
}

/** A phone's WebSocket: opened with a fresh ticket, and reopened after each loss until `close`. */
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

  /** Opens the socket, with retries until it is open. Reports a refused ticket and retries with a new one. */
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

  /** Drops the frame and returns false if the socket is not open or its buffer is full. */
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

  /** Closes the socket without a reconnect. */
  close(): void {
    this.#closed = true;
    this.#options.keeper.remove(this);
    this.#socket?.close(1000);
  }

  /** The phone is gone: nothing is said any more, not even the end of the socket in its proper form. */
  vanish(): void {
    this.#closed = true;
    this.#options.keeper.remove(this);
    this.#socket?.terminate();
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
      // Stays attached: after the handshake an error needs no handling, because a close follows it.
      socket.on('error', reject);
      socket.once('unexpected-response', (request, { statusCode = 0 }) => {
        request.destroy();
        if (statusCode < 500) this.#options.onProblem('socket_refused');
        reject(new Error(`the handshake was answered ${statusCode}`));
      });
      socket.once('open', () => {
        // Synchronously: the first frame may follow the handshake directly.
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
    // Resets the back-off at the first frame only: a socket that opens and closes is no success.
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

/** The part of a socket that {@link LinkKeeper} uses. */
export interface KeptLink {
  readonly lastSentMs: number;
  readonly lastReceivedMs: number;
  sendHeartbeat(): void;
  /** Closes a silent socket and reconnects. */
  abandon(): void;
}

/** Sends heartbeats and detects silence for all sockets in one sweep, three times per heartbeat interval. */
export class LinkKeeper implements Job {
  readonly #links = new Set<KeptLink>();
  readonly #wheel: TickWheel;
  readonly #heartbeatWallMs: number;

  /** A service on a fast clock counts heartbeats in service time, so the fleet sends them at least that often. */
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
