import type { WebSocket } from 'ws';
import { HailgridError, TOKEN_EXPIRED_CLOSE_CODE, toProblem } from '#libs/contracts';
import type { Caller } from '#libs/service';
import type { StreamLimits } from './stream-limits.ts';

/** Close codes: those of RFC 6455 and, from 4000 on, our own. */
export const CLOSE = {
  goingAway: 1001,
  policyViolation: 1008,
  tooLarge: 1009,
  tryAgainLater: 1013,
  /** Another socket of the same caller has taken over. */
  superseded: 4001,
  tokenExpired: TOKEN_EXPIRED_CLOSE_CODE,
} as const;

/** How many probes of one socket may be unanswered; a further one forgets the oldest. */
const MAX_UNANSWERED_PROBES = 16;

/** Members of every server frame; the app's schemas are more specific. */
export interface ServerFrame {
  type: string;
  id?: string | undefined;
  seq?: number | undefined;
  data: unknown;
}

/** One open socket and its authenticated caller. */
export class StreamConnection<S extends ServerFrame = ServerFrame> {
  /** For logs. */
  readonly id: string;
  #caller: Caller;
  readonly #socket: WebSocket;
  readonly #limits: StreamLimits;
  readonly #onSent: () => void;
  #heardAtMs: number;
  #sentAtMs: number;
  #closing = false;
  /** Callbacks of unanswered probes by number, oldest first. */
  readonly #probes = new Map<number, () => void>();
  #lastProbe = 0;

  constructor(id: string, caller: Caller, socket: WebSocket, limits: StreamLimits, onSent: () => void) {
    this.id = id;
    this.#caller = caller;
    this.#socket = socket;
    this.#limits = limits;
    this.#onSent = onSent;
    this.#heardAtMs = performance.now();
    this.#sentAtMs = this.#heardAtMs;
  }

  /** Its token ends the socket, unless {@link renew} brings a newer one of the same person. */
  get caller(): Caller {
    return this.#caller;
  }

  renew(caller: Caller): void {
    this.#caller = caller;
  }

  /** Closes the socket if its token has ended by this wall time. */
  endWithToken(wallMs: number): void {
    if (this.#closing || wallMs < this.#caller.expiresAtMs) return;
    this.sendError(new HailgridError('token_expired', 'the token of the socket has ended'), undefined);
    this.close(CLOSE.tokenExpired, 'token_expired');
  }

  /** Sends the frame, or drops it if the socket is closing. Closes the socket of a peer that reads too slowly. */
  send(frame: S): void {
    this.#transmit(frame);
  }

  /** Sends the `error` frame that answers the frame with this id. */
  sendError(error: HailgridError, frameId: string | undefined): void {
    this.#transmit({
      type: 'error',
      ...(frameId !== undefined && { id: frameId }),
      data: toProblem(error),
    });
  }

  /** Closes with a machine-readable reason. Terminates the connection if the peer does not answer the close. */
  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), this.#limits.closeLimitMs).unref();
  }

  get closing(): boolean {
    return this.#closing;
  }

  /** Notes that the peer is alive. */
  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
  }

  /**
   * Pings the peer. `onAnswer` is called once its WebSocket has received every frame sent before, whatever its app does
   * with them; not at all if the peer does not answer, or does not keep up with the probes.
   */
  probe(onAnswer: () => void): void {
    if (this.#closing || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#lastProbe += 1;
    this.#probes.set(this.#lastProbe, onAnswer);
    if (this.#probes.size > MAX_UNANSWERED_PROBES)
      this.#probes.delete(this.#lastProbe - MAX_UNANSWERED_PROBES);
    this.#socket.ping(String(this.#lastProbe));
  }

  /** Notes a pong. It answers all earlier pings too: a peer may skip those (RFC 6455, 5.5.3). */
  answered(pong: string): void {
    for (const [number, onAnswer] of this.#probes) {
      if (!(number <= Number(pong))) return;
      this.#probes.delete(number);
      onAnswer();
    }
  }

  /** Closes the socket of a silent peer; sends a heartbeat if no other frame went out lately. */
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

/** An app's callbacks for its sockets. The server has checked caller, frame schema, size and rate before. */
export interface StreamHandler<F = unknown, S extends ServerFrame = ServerFrame> {
  /** Frames wait until this is done. If it fails, the socket closes (1013) and the client retries. */
  opened(connection: StreamConnection<S>): Promise<void> | void;
  /** Called in order of arrival; an exception becomes an `error` frame with the frame's id. */
  received(connection: StreamConnection<S>, frame: F): Promise<void> | void;
  /** Called once for each opened socket, whichever side closes it. */
  closed(connection: StreamConnection<S>): void;
}
