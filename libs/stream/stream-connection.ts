import type { WebSocket } from 'ws';
import { toProblem, type HailgridError } from '#libs/contracts';
import type { Caller } from '#libs/service';
import type { StreamLimits } from './stream-limits.ts';

/** Why we close a socket; the numbers are those of RFC 6455 and, from 4000 on, our own. */
export const CLOSE = {
  goingAway: 1001,
  policyViolation: 1008,
  tooLarge: 1009,
  tryAgainLater: 1013,
  /** Another socket of the same caller has taken over. */
  superseded: 4001,
} as const;

/** Every frame a server sends; the app's own schemas say more. */
export interface ServerFrame {
  type: string;
  id?: string | undefined;
  seq?: number | undefined;
  data: unknown;
}

/** One open socket and who is at its other end. */
export class StreamConnection<S extends ServerFrame = ServerFrame> {
  /** For logs. */
  readonly id: string;
  readonly caller: Caller;
  readonly #socket: WebSocket;
  readonly #limits: StreamLimits;
  readonly #onSent: () => void;
  #heardAtMs: number;
  #sentAtMs: number;
  #closing = false;

  constructor(id: string, caller: Caller, socket: WebSocket, limits: StreamLimits, onSent: () => void) {
    this.id = id;
    this.caller = caller;
    this.#socket = socket;
    this.#limits = limits;
    this.#onSent = onSent;
    this.#heardAtMs = performance.now();
    this.#sentAtMs = this.#heardAtMs;
  }

  /** Sends, or drops the frame where the socket is closing; a peer that does not keep up is closed. */
  send(frame: S): void {
    this.#transmit(frame);
  }

  /** The `error` frame that answers the frame with this id. */
  sendError(error: HailgridError, frameId: string | undefined): void {
    this.#transmit({
      type: 'error',
      ...(frameId !== undefined && { id: frameId }),
      data: toProblem(error),
    });
  }

  /** Closes with a reason that the client can read; cuts the peer off where it does not answer. */
  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), this.#limits.closeLimitMs).unref();
  }

  get closing(): boolean {
    return this.#closing;
  }

  /** The peer has shown that it is there. */
  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
  }

  /** Gives a silent peer up; lets it hear from us where we had nothing to say. */
  keepAlive(nowMs: number, heartbeatAt: string): void {
    if (nowMs - this.#heardAtMs > this.#limits.silenceLimitMs) {
      this.close(CLOSE.goingAway, 'silent');
      return;
    }
    if (nowMs - this.#sentAtMs >= this.#limits.heartbeatIntervalMs) {
      this.#transmit({ type: 'heartbeat', data: { at: heartbeatAt } });
    }
  }

  #transmit(frame: ServerFrame): void {
    if (this.#closing || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > this.#limits.maxBufferedBytes) {
      this.close(CLOSE.tryAgainLater, 'too_slow');
      return;
    }
    this.#socket.send(JSON.stringify(frame));
    this.#sentAtMs = performance.now();
    this.#onSent();
  }
}

/** What an app does with its sockets. The server has checked caller, form, size and rate before. */
export interface StreamHandler<F = unknown, S extends ServerFrame = ServerFrame> {
  /** Frames wait until this is done. Where it fails the socket is closed (1013), and the client tries again. */
  opened(connection: StreamConnection<S>): Promise<void> | void;
  /** Called in the order of arrival; what it throws becomes an `error` frame with the id of the frame. */
  received(connection: StreamConnection<S>, frame: F): Promise<void> | void;
  /** Called once for each opened socket, whoever closed it. */
  closed(connection: StreamConnection<S>): void;
}
