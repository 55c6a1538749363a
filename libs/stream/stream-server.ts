import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { z } from 'zod';
import { asHailgridError, HailgridError, toTimestamp, type Role, STREAM_PATH } from '#libs/contracts';
import {
  refuseOnSocket,
  type CallLimits,
  type Caller,
  type Clock,
  type Logger,
  type Metrics,
} from '#libs/service';
import { admit, chooseSubprotocol } from './admission.ts';
import { CLOSE, StreamConnection, type StreamHandler } from './stream-connection.ts';
import { STREAM_LIMITS, type StreamLimits } from './stream-limits.ts';
import { streamMetrics, type StreamMetrics } from './stream-metrics.ts';
import { StreamSession, type ClientFrame, type RenewToken } from './stream-session.ts';

export interface StreamServerOptions<F extends ClientFrame> {
  /** Where clients open the WebSocket. */
  path?: string;
  role: Role;
  subprotocols: readonly string[];
  clientFrame: z.ZodType<F>;
  handler: StreamHandler<F>;
  /** Throws `ticket_invalid` or `unavailable`. */
  redeem: (ticket: string) => Promise<Caller>;
  /** Verifies a newer token of the caller of a socket; throws if it is none. */
  renew: RenewToken;
  /** Wall time, which tokens follow; {@link Date.now} but in tests. */
  wallMs?: () => number;
  clock: Clock;
  metrics: Metrics;
  logger: Logger;
  limits?: Partial<StreamLimits>;
  /** Limits of the caller's address. None in tests of the sockets alone. */
  callLimits?: CallLimits;
}

/**
 * The WebSocket server of an API: `ws` on the API's HTTP server. Refuses by plain HTTP before the upgrade,
 * keeps every socket within {@link StreamLimits}, and hands checked frames to the app's {@link StreamHandler}.
 */
export class StreamServer<F extends ClientFrame = ClientFrame> {
  readonly #options: StreamServerOptions<F>;
  readonly #limits: StreamLimits;
  readonly #metrics: StreamMetrics;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<StreamConnection>();
  /** The open sockets of each caller, oldest first. */
  readonly #byCaller = new Map<string, Set<StreamConnection>>();
  #opening = 0;
  #draining = false;
  #whenEmpty: (() => void) | undefined;
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: StreamServerOptions<F>) {
    this.#options = options;
    this.#limits = { ...STREAM_LIMITS, ...options.limits };
    this.#metrics = streamMetrics(options.metrics, () => this.#connections.size);
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: this.#limits.maxFrameBytes,
      handleProtocols: (offered) => chooseSubprotocol(offered, options.subprotocols),
    });
    this.#sockets.on('wsClientError', (error, socket) => {
      const refusal = new HailgridError('invalid_request', error.message, { detail: error.message });
      refuseOnSocket(socket, refusal, randomUUID());
    });
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Handles the upgrade requests of this HTTP server. */
  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#sweep = setInterval(() => this.#keepAlive(), this.#limits.sweepIntervalMs).unref();
  }

  /** Closes every socket (1001), so that clients connect elsewhere, and waits at most for the close limit. */
  async drain(): Promise<void> {
    this.#draining = true;
    clearInterval(this.#sweep);
    for (const connection of this.#connections) connection.close(CLOSE.goingAway, 'shutting_down');
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
      setTimeout(resolve, this.#limits.closeLimitMs + this.#limits.sweepIntervalMs).unref();
    });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const id = randomUUID();
    // A client may hang up during the upgrade. Without a listener that error would end the process.
    socket.on('error', () => socket.destroy());
    this.#opening += 1;
    try {
      this.#refuseWhenFull();
      const caller = await this.#admit(request);
      if (this.#draining) throw new HailgridError('shutting_down', 'draining');
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#open(id, caller, opened));
    } catch (thrown) {
      const error = asHailgridError(thrown);
      this.#metrics.upgradeRefused(error.code);
      if (error.status >= 500)
        this.#options.logger.warn({ event: 'stream_refused', err: error }, error.message);
      refuseOnSocket(socket, error, id);
    } finally {
      this.#opening -= 1;
    }
  }

  /** Counts the address before the ticket is looked at; a refused ticket counts as a refused token does. */
  async #admit(request: IncomingMessage): Promise<Caller> {
    const { callLimits, path = STREAM_PATH, subprotocols, role, redeem } = this.#options;
    const address = callLimits?.addressOf(request) ?? '';
    await callLimits?.admitAddress(address);
    try {
      return await admit(request, { path, subprotocols, role, redeem });
    } catch (error) {
      if (error instanceof HailgridError && error.status === 401) await callLimits?.refused(address);
      throw error;
    }
  }

  #refuseWhenFull(): void {
    if (this.#draining) throw new HailgridError('shutting_down', 'draining');
    if (this.#connections.size + this.#opening > this.#limits.maxConnections) {
      throw new HailgridError('unavailable', `${this.#limits.maxConnections} connections are open`);
    }
  }

  #open(id: string, caller: Caller, socket: WebSocket): void {
    const { clientFrame, handler, logger, renew } = this.#options;
    const metrics = this.#metrics;
    const connection = new StreamConnection(id, caller, socket, this.#limits, metrics.frameSent);
    const session = new StreamSession({
      connection,
      socket,
      clientFrame,
      handler,
      renew,
      limits: this.#limits,
      metrics,
      logger,
    });
    this.#connections.add(connection);
    this.#supersede(connection);
    socket.once('close', (code) => {
      this.#connections.delete(connection);
      this.#forget(connection);
      metrics.closed(code);
      logger.debug({ event: 'stream_closed', connection: id, caller: caller.id, code }, 'stream closed');
      session.close();
      if (this.#connections.size === 0) this.#whenEmpty?.();
    });
    logger.debug({ event: 'stream_opened', connection: id, caller: caller.id }, 'stream opened');
    session.open();
  }

  /** Closes the oldest socket of a caller who has too many: a phone that lost its network has left it behind. */
  #supersede(connection: StreamConnection): void {
    const own = this.#byCaller.get(connection.caller.id) ?? new Set();
    own.add(connection);
    this.#byCaller.set(connection.caller.id, own);
    const [oldest] = own;
    if (oldest === undefined || own.size <= this.#limits.maxConnectionsPerCaller) return;
    own.delete(oldest);
    oldest.close(CLOSE.superseded, 'too_many_sockets');
  }

  #forget(connection: StreamConnection): void {
    const own = this.#byCaller.get(connection.caller.id);
    own?.delete(connection);
    if (own?.size === 0) this.#byCaller.delete(connection.caller.id);
  }

  #keepAlive(): void {
    const nowMs = performance.now();
    const at = toTimestamp(this.#options.clock.now());
    const wallMs = (this.#options.wallMs ?? Date.now)();
    for (const connection of this.#connections) {
      connection.keepAlive(nowMs, at);
      connection.endWithToken(wallMs);
    }
  }
}
