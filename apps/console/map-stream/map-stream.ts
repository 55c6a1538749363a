import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { asHailgridError, HailgridError, TOKEN_EXPIRED_CLOSE_CODE } from '#libs/contracts';
import {
  CALL_LIMITS,
  CLOCK,
  CONFIG,
  LOGGER,
  METRICS,
  refuseOnSocket,
  type CallLimits,
  type Clock,
  type Logger,
  type Metrics,
} from '#libs/service';
import { CityWatch } from '../city/city-watch.ts';
import type { ConsoleConfig } from '../config.ts';
import { ownAddress } from '../signin/own-address.ts';
import { Sessions, type Session } from '../signin/sessions.ts';
import { mapMetrics, type MapMetrics } from './map-metrics.ts';
import { MAP_CLOSE, MapPage } from './map-page.ts';
import { MAX_PAGE_MESSAGE_BYTES } from './page-message.ts';

export const MAP_STREAM_PATH = '/v1/console/stream';
/** How many pages one console shows the map at once; a further one is refused until another goes. */
const MAX_VIEWERS = 500;
/** How often pages are looked at for a due update, machine time: a fraction of the pause between updates. */
const TICK_MS = 200;
/** How long sockets get to close when the process stops, machine time. */
const DRAIN_LIMIT_MS = 3_000;
/** The longest delay that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What a person needs to see exact places and riders. */
const EXACT_SCOPE = 'ops.read';

/** The sockets of the live map, on the console's own HTTP server. */
@Injectable()
export class MapStream implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #pages = new Set<MapPage>();
  readonly #metrics: MapMetrics;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_PAGE_MESSAGE_BYTES,
  });
  #opening = 0;
  #isDraining = false;
  #ticks: NodeJS.Timeout | undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(
    private readonly watch: CityWatch,
    private readonly sessions: Sessions,
    private readonly http: HttpAdapterHost,
    @Inject(CONFIG) private readonly config: ConsoleConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(METRICS) metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CALL_LIMITS) private readonly callLimits: CallLimits,
  ) {
    this.#metrics = mapMetrics(metrics, () => this.#pages.size);
    this.#sockets.on('wsClientError', (error, socket) =>
      refuseOnSocket(socket, new HailgridError('invalid_request', error.message), randomUUID()),
    );
  }

  onApplicationBootstrap(): void {
    const server = this.http.httpAdapter.getHttpServer() as Server;
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#ticks = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** The HTTP server closes after this, and waits for its sockets. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isDraining = true;
    clearInterval(this.#ticks);
    for (const page of this.#pages) page.close(MAP_CLOSE.goingAway, 'shutting_down');
    if (this.#pages.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
      setTimeout(resolve, DRAIN_LIMIT_MS).unref();
    });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // A browser may hang up during the upgrade. Without a listener that error would end the process.
    socket.on('error', () => socket.destroy());
    this.#opening += 1;
    try {
      const session = await this.#admit(request);
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#open(session, opened));
    } catch (thrown) {
      const error = asHailgridError(thrown);
      this.#metrics.refused(error.code);
      if (error.status >= 500) this.logger.warn({ event: 'map_refused', err: error }, error.message);
      refuseOnSocket(socket, error, randomUUID());
    } finally {
      this.#opening -= 1;
    }
  }

  async #admit(request: IncomingMessage): Promise<Session> {
    this.#refuseWhenFull();
    await this.callLimits.admitAddress(this.callLimits.addressOf(request));
    if (URL.parse(request.url ?? '/', 'http://map')?.pathname !== MAP_STREAM_PATH)
      throw new HailgridError('not_found', 'no stream at this address');
    // Browsers send cookies with the sockets of any page, and say by Origin whose it is.
    if (request.headers.origin !== ownAddress(request, this.config))
      throw new HailgridError('forbidden', `a page of ${request.headers.origin ?? 'no origin'} may not look`);
    const session = await this.sessions.of(request, 'console');
    this.#refuseWhenFull();
    return session;
  }

  #refuseWhenFull(): void {
    if (this.#isDraining) throw new HailgridError('shutting_down', 'draining');
    if (this.#pages.size + this.#opening > MAX_VIEWERS)
      throw new HailgridError('unavailable', `${MAX_VIEWERS} pages show the map already`);
  }

  #open({ scopes, accessToken, expiresAtMs, subject }: Session, socket: WebSocket): void {
    const isExact = scopes.includes(EXACT_SCOPE);
    const leave = this.watch.look({ listToken: isExact ? accessToken : undefined });
    const page = new MapPage(socket, this.watch.city, isExact, this.#metrics, performance.now());
    const end = setTimeout(
      () => page.close(TOKEN_EXPIRED_CLOSE_CODE, 'token_expired'),
      Math.min(MAX_TIMER_MS, Math.max(0, expiresAtMs - Date.now())),
    ).unref();
    this.#pages.add(page);
    socket.on('error', () => socket.terminate());
    socket.on('message', (data: RawData, isBinary: boolean) =>
      page.receive(isBinary ? '' : textOf(data), performance.now()),
    );
    socket.once('close', () => {
      clearTimeout(end);
      this.#pages.delete(page);
      leave();
      if (this.#pages.size === 0) this.#whenEmpty?.();
    });
    this.logger.debug({ event: 'map_opened', subject, exact: isExact }, 'a page shows the map');
  }

  #tick(): void {
    const [nowMs, serviceMs] = [performance.now(), this.clock.now()];
    for (const page of this.#pages) page.tick(nowMs, serviceMs);
  }
}

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString() : '';
}
