import type { WebSocket } from 'ws';
import type { z } from 'zod';
import { asHailgridError, HailgridError, token as tokenFrame } from '#libs/contracts';
import { onBehalfOf, type Caller, type Logger } from '#libs/service';
import { FrameQueue, TokenBucket } from './frame-queue.ts';
import { FrameRefused, readFrame } from './read-frame.ts';
import { CLOSE, type StreamConnection, type StreamHandler } from './stream-connection.ts';
import type { StreamLimits } from './stream-limits.ts';
import type { StreamMetrics } from './stream-metrics.ts';

/** Members of every client frame; the app's schemas are more specific. */
export interface ClientFrame {
  type: string;
  id?: string | undefined;
}

/** Verifies a newer token of the caller; throws if it is none, or another person's. */
export type RenewToken = (token: string, caller: Caller) => Promise<Caller>;

export interface SessionParts<F extends ClientFrame> {
  connection: StreamConnection;
  socket: WebSocket;
  clientFrame: z.ZodType<F>;
  handler: StreamHandler<F>;
  renew: RenewToken;
  limits: StreamLimits;
  metrics: StreamMetrics;
  logger: Logger;
}

/** Reads one socket: checks schema, size and rate of its frames, keeps their order, and answers bad ones. */
export class StreamSession<F extends ClientFrame> {
  readonly #parts: SessionParts<F>;
  readonly #queue: FrameQueue<F>;
  readonly #rate: TokenBucket;
  readonly #forgiveness: TokenBucket;

  constructor(parts: SessionParts<F>) {
    const { limits, socket } = parts;
    const nowMs = performance.now();
    this.#parts = parts;
    this.#queue = new FrameQueue((frame) => this.#handle(frame), limits.maxWaitingFrames);
    this.#rate = new TokenBucket(limits.frameBurst, limits.framesPerS, nowMs);
    this.#forgiveness = new TokenBucket(limits.badFrameBurst, limits.badFramesPerS, nowMs);
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('ping', () => parts.connection.heard(performance.now()));
    socket.on('pong', (data) => {
      parts.connection.heard(performance.now());
      parts.connection.answered(data.toString());
    });
    socket.on('error', () => socket.terminate());
  }

  open(): void {
    this.#queue.hold(this.#open());
  }

  close(): void {
    this.#queue.clear();
    this.#parts.handler.closed(this.#parts.connection);
  }

  async #open(): Promise<void> {
    const { connection, handler, logger } = this.#parts;
    try {
      await onBehalfOf(connection.caller, () => handler.opened(connection));
    } catch (thrown) {
      const error = asHailgridError(thrown);
      logger.warn({ event: 'stream_not_opened', caller: connection.caller.id, err: error }, error.message);
      connection.sendError(error, undefined);
      connection.close(CLOSE.tryAgainLater, error.code);
    }
  }

  #receive(data: WebSocket.RawData, isBinary: boolean): void {
    const { connection, metrics, clientFrame } = this.#parts;
    const nowMs = performance.now();
    if (connection.closing) return;
    connection.heard(nowMs);
    metrics.frameReceived();
    try {
      if (!this.#rate.take(nowMs)) throw refused('rate_limited', 'too many frames');
      if (isBinary) throw refused('invalid_request', 'binary frame', 'this subprotocol has text frames only');
      const frame = readFrame(clientFrame, textOf(data));
      if (frame.type === 'heartbeat') return;
      if (!this.#queue.push(frame))
        throw refused('rate_limited', 'too many unanswered frames', undefined, frame.id);
    } catch (thrown) {
      if (!(thrown instanceof FrameRefused)) throw thrown;
      this.#answerBadFrame(thrown, nowMs);
    }
  }

  #answerBadFrame({ error, frameId }: FrameRefused, nowMs: number): void {
    const { connection, metrics } = this.#parts;
    metrics.frameRefused(error.code);
    connection.sendError(error, frameId);
    if (!this.#forgiveness.take(nowMs)) connection.close(CLOSE.policyViolation, 'too_many_bad_frames');
  }

  async #renew({ id, data }: z.infer<typeof tokenFrame>): Promise<void> {
    const { connection, renew } = this.#parts;
    connection.renew(await renew(data.token, connection.caller));
    connection.send({ type: 'ack', ...(id !== undefined && { id }), data: {} });
  }

  #handle(frame: F): Promise<void> | undefined {
    const { handler, connection } = this.#parts;
    try {
      const newer = frame.type === 'token' ? tokenFrame.parse(frame) : undefined;
      const pending =
        newer === undefined
          ? onBehalfOf(connection.caller, () => handler.received(connection, frame))
          : this.#renew(newer);
      return pending?.catch((thrown: unknown) => this.#answerFailure(thrown, frame));
    } catch (thrown) {
      this.#answerFailure(thrown, frame);
      return undefined;
    }
  }

  #answerFailure(thrown: unknown, frame: F): void {
    const { connection, logger } = this.#parts;
    const error = asHailgridError(thrown);
    const line = {
      event: 'frame_refused',
      code: error.code,
      type: frame.type,
      frame_id: frame.id,
      caller: connection.caller.id,
    };
    if (error.status >= 500) logger.error({ ...line, err: error }, error.message);
    else logger.debug(line, error.message);
    connection.sendError(error, frame.id);
  }
}

function refused(
  code: 'rate_limited' | 'invalid_request',
  why: string,
  detail?: string,
  frameId?: string,
): FrameRefused {
  const error = new HailgridError(code, why, detail === undefined ? {} : { detail });
  return new FrameRefused(error, frameId);
}

function textOf(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return data instanceof ArrayBuffer ? Buffer.from(data).toString() : data.toString();
}
