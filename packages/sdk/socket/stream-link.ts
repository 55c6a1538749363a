import { backoffMs, pause, type Chance } from '../backoff.ts';
import { HailgridProblem } from '../problem.ts';
import { parseJson } from '../rest/http-client.ts';
import {
  HEARTBEAT_INTERVAL_MS,
  REPLACED_CLOSE_CODE,
  SILENCE_LIMIT_MS,
  STREAM_PATH,
  SUBPROTOCOL,
  type WebSocketClass,
  type WebSocketLike,
} from './protocol.ts';

/** How long a WebSocket may take to open. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Unsent bytes above which frames are dropped instead of sent: a dead network would keep them all. */
const MAX_BUFFERED_BYTES = 64 * 1024;
const HEARTBEAT = '{"type":"heartbeat","data":{}}';
/** `readyState` of an open WebSocket. */
const OPEN = 1;
/** Normal closure. */
const CLOSE_CODE = 1000;
/** Looks at a link in each heartbeat interval: a heartbeat is late by at most a third of it. */
const LOOKS_PER_HEARTBEAT = 3;

/** Why a link ended for good: the app closed it, a refusal that no repetition mends, or newer WebSockets. */
export type LinkEnd = 'closed' | 'refused' | 'replaced';

export interface StreamLinkOptions<F> {
  /** Base URL of the API, http or https. */
  url: string;
  openTicket: () => Promise<string>;
  onFrame: (frame: F) => void;
  onOpen?: () => void;
  onLost?: () => void;
  onEnd?: (end: LinkEnd) => void;
  onProblem?: (problem: HailgridProblem) => void;
  /** Unless given, the global one: browsers and Node.js from 22 on have it. */
  WebSocket?: WebSocketClass | undefined;
  chance?: Chance | undefined;
  /** Reads a frame; undefined skips it. Unless given: any JSON object with a type. */
  read?: (text: string) => F | undefined;
  /** Runs an attempt to open, to bound how many run at once. */
  admit?: (attempt: () => Promise<void>) => Promise<void>;
  /** Whether a refused ticket ends the link; unless given: any that is not transient. */
  isFinal?: (problem: HailgridProblem) => boolean;
  /** Interval of heartbeats; unless given {@link HEARTBEAT_INTERVAL_MS}. */
  heartbeatMs?: number;
}

/**
 * A WebSocket that is opened with a fresh ticket, kept alive by heartbeats, found dead by the silence of the service, and
 * opened again after each loss until it ends.
 */
export class StreamLink<F> {
  readonly #options: StreamLinkOptions<F>;
  readonly #chance: Chance;
  readonly #ending = new AbortController();
  #socket: WebSocketLike | undefined;
  #failures = 0;
  #lastSentMs = 0;
  #lastReceivedMs = 0;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(options: StreamLinkOptions<F>) {
    this.#options = options;
    this.#chance = options.chance ?? Math.random;
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  /** Resolves when the WebSocket is open, after as many attempts as it takes, or when the link has ended. @throws HailgridProblem */
  async open(): Promise<void> {
    const { admit = (attempt) => attempt(), onProblem, isFinal = isNotTransient } = this.#options;
    while (!this.#ending.signal.aborted) {
      try {
        await admit(() => this.#attempt());
        return;
      } catch (error) {
        if (!(error instanceof HailgridProblem)) throw error;
        if (this.#ending.signal.aborted) return;
        if (isFinal(error)) {
          this.#end('refused');
          throw error;
        }
        onProblem?.(error);
        this.#failures++;
        await pause(
          Math.max(error.retryAfterMs ?? 0, backoffMs(this.#failures, this.#chance)),
          this.#ending.signal,
        );
      }
    }
  }

  /** Sends a frame; false, and nothing is sent, without an open WebSocket or with a full buffer. */
  send(frame: string): boolean {
    const socket = this.#socket;
    if (socket?.readyState !== OPEN || socket.bufferedAmount > MAX_BUFFERED_BYTES) return false;
    this.#lastSentMs = performance.now();
    socket.send(frame);
    return true;
  }

  /** Gives the WebSocket up as dead, and opens another one. */
  abandon(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    cut(socket);
    this.#lost(socket);
  }

  /** Closes the WebSocket for good. */
  close(): void {
    const socket = this.#socket;
    this.#end('closed');
    socket?.close(CLOSE_CODE);
  }

  /** Ends without a word, as a phone whose battery died. */
  vanish(): void {
    const socket = this.#socket;
    this.#end('closed');
    if (socket !== undefined) cut(socket);
  }

  async #attempt(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    const Socket = this.#options.WebSocket ?? globalWebSocket();
    const ticket = await this.#options.openTicket();
    if (this.#ending.signal.aborted) return;
    const address = this.#options.url.replace(/^http/, 'ws').replace(/\/+$/, '') + STREAM_PATH;
    const socket = new Socket(`${address}?ticket=${encodeURIComponent(ticket)}`, SUBPROTOCOL);
    await new Promise<void>((resolve, reject) => {
      const fail = (what: string): void => reject(new HailgridProblem('network', what));
      const limit = setTimeout(() => {
        fail('the WebSocket did not open in time');
        cut(socket);
      }, HANDSHAKE_TIMEOUT_MS);
      socket.addEventListener('error', () => fail('the WebSocket did not open'));
      socket.addEventListener('close', (event) => {
        clearTimeout(limit);
        fail('the WebSocket closed before it was open');
        this.#lost(socket, (event as { code?: number }).code);
      });
      socket.addEventListener('message', (event) =>
        this.#receive(socket, (event as { data?: unknown }).data),
      );
      socket.addEventListener('open', () => {
        clearTimeout(limit);
        // At once: the first frame may follow the handshake directly.
        this.#adopt(socket);
        resolve();
      });
    });
  }

  #adopt(socket: WebSocketLike): void {
    if (this.#ending.signal.aborted) {
      socket.close(CLOSE_CODE);
      return;
    }
    this.#socket = socket;
    this.#lastReceivedMs = this.#lastSentMs = performance.now();
    const { heartbeatMs = HEARTBEAT_INTERVAL_MS } = this.#options;
    this.#watch = setInterval(() => this.#look(heartbeatMs), heartbeatMs / LOOKS_PER_HEARTBEAT);
    this.#options.onOpen?.();
  }

  #look(heartbeatMs: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#lastReceivedMs > SILENCE_LIMIT_MS) this.abandon();
    else if (nowMs - this.#lastSentMs > heartbeatMs * (1 - 1 / LOOKS_PER_HEARTBEAT)) this.send(HEARTBEAT);
  }

  #receive(socket: WebSocketLike, data: unknown): void {
    if (socket !== this.#socket) return;
    this.#lastReceivedMs = performance.now();
    const { read = readFrame, onFrame } = this.#options;
    const frame = typeof data === 'string' ? (read(data) as F | undefined) : undefined;
    if (frame === undefined) return;
    // At the first frame only: a WebSocket that opens and closes is no success.
    this.#failures = 0;
    onFrame(frame);
  }

  #lost(socket: WebSocketLike, code?: number): void {
    if (socket !== this.#socket) return;
    this.#release();
    this.#options.onLost?.();
    if (code === REPLACED_CLOSE_CODE) {
      this.#end('replaced');
      return;
    }
    this.#failures++;
    void this.#reopen();
  }

  async #reopen(): Promise<void> {
    await pause(backoffMs(this.#failures, this.#chance), this.#ending.signal);
    try {
      await this.open();
    } catch (error) {
      // The link has ended with it.
      if (error instanceof HailgridProblem) this.#options.onProblem?.(error);
      else throw error;
    }
  }

  #end(end: LinkEnd): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#release();
    this.#options.onEnd?.(end);
  }

  #release(): void {
    clearInterval(this.#watch);
    this.#socket = undefined;
  }
}

/** Ends a connection that may be dead: a close frame would wait for its answer. */
function cut(socket: WebSocketLike): void {
  if (socket.terminate === undefined) socket.close();
  else socket.terminate();
}

function isNotTransient(problem: HailgridProblem): boolean {
  return !problem.isTransient;
}

function globalWebSocket(): WebSocketClass {
  const { WebSocket } = globalThis as { WebSocket?: WebSocketClass };
  if (WebSocket === undefined)
    throw new Error(
      'there is no global WebSocket: give the option WebSocket, such as the class of the package ws',
    );
  return WebSocket;
}

/** Any JSON object with a type; newer services may send types that this version does not know. */
function readFrame(text: string): object | undefined {
  const frame = parseJson(text);
  return typeof frame === 'object' && frame !== null && 'type' in frame ? frame : undefined;
}
