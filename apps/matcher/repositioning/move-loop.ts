import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Counter } from 'prom-client';
import { BUS, publishJson } from '#libs/bus';
import { DRIVER_HINTS_SUBJECT, MAX_HINTS_PER_MESSAGE, toTimestamp, type DriverHints } from '#libs/contracts';
import { DEFAULT_ENGINE_PARAMS, DispatchEngine, type FreeDriver, type PairEtas } from '#libs/dispatch';
import {
  CLOCK,
  CONFIG,
  LOGGER,
  METRICS,
  RepeatingTask,
  type Clock,
  type Logger,
  type Metrics,
} from '#libs/service';
import type { MatcherConfig } from '../config.ts';
import type { TravelTimes } from '#libs/travel-time';
import { TRAVEL_TIMES } from '../eta/eta.module.ts';
import { IdleDrivers } from './idle-drivers.ts';
import { RequestWatch } from './request-watch.ts';

/** How often new requests are looked for: a trip is open for longer than that. Service time. */
const WATCH_INTERVAL_MS = 1_000;
/** Of one product; those of others are left out first. A plan for so many takes a tenth of a second. */
const MAX_DRIVERS_PER_PLAN = 2_000;

/** Sends idle drivers hints of where riders are expected, as learned from the requests of the own area. */
@Injectable()
export class MoveLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #hints: Counter;
  readonly #intervalMs: number;
  readonly #tasks: readonly RepeatingTask[];
  /** One for each product: who rides in what is expected separately. */
  readonly #engines = new Map<string, DispatchEngine>();

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: MatcherConfig,
    @Inject(TRAVEL_TIMES) private readonly travelTimes: TravelTimes,
    private readonly requests: RequestWatch,
    private readonly idle: IdleDrivers,
    @Inject(METRICS) metrics: Metrics,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#hints = metrics.counter('reposition_hints_total', 'Hints sent to idle drivers', []);
    this.#intervalMs = config.repositionIntervalMs;
    const onError = (error: unknown): void =>
      logger.error({ event: 'repositioning_failed', err: error }, 'repositioning failed');
    const task = (intervalMs: number, run: () => void): RepeatingTask =>
      new RepeatingTask({ clock, intervalMs, run: async () => run(), onError });
    this.#tasks =
      this.#intervalMs === 0
        ? []
        : [task(WATCH_INTERVAL_MS, () => this.#learn()), task(this.#intervalMs, () => this.#send())];
  }

  onApplicationBootstrap(): void {
    for (const task of this.#tasks) task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.#tasks.map((task) => task.stop()));
  }

  #learn(): void {
    for (const { product, pickup, requestedAtMs } of this.requests.newTrips())
      this.#engineOf(product).noteRequest(pickup, requestedAtMs);
  }

  #send(): void {
    const nowMs = this.clock.now();
    const hints = [...this.idle.byProduct()].flatMap(([product, { own, others }]) =>
      this.#hintsFor(this.#engineOf(product), own, others, nowMs),
    );
    for (let start = 0; start < hints.length; start += MAX_HINTS_PER_MESSAGE) {
      const message: DriverHints = { hints: hints.slice(start, start + MAX_HINTS_PER_MESSAGE) };
      publishJson(this.bus, DRIVER_HINTS_SUBJECT, message);
    }
    this.#hints.inc(hints.length);
  }

  #hintsFor(
    engine: DispatchEngine,
    own: readonly FreeDriver[],
    others: readonly FreeDriver[],
    nowMs: number,
  ): DriverHints['hints'] {
    const drivers = columnsOf([...own, ...others].slice(0, MAX_DRIVERS_PER_PLAN));
    const idleCount = Math.min(own.length, MAX_DRIVERS_PER_PLAN);
    // A hint binds nobody: no routing engine is asked for it.
    const etas: PairEtas = (question) => this.travelTimes.local.etas(question, nowMs);
    const expiresAt = toTimestamp(nowMs + this.#intervalMs);
    return engine.moves({ drivers, idleCount, nowMs, etas }).map(({ driverId, to, driveS }) => ({
      driver_id: driverId,
      to,
      drive_s: driveS,
      expires_at: expiresAt,
    }));
  }

  #engineOf(product: string): DispatchEngine {
    const known = this.#engines.get(product) ?? new DispatchEngine(DEFAULT_ENGINE_PARAMS);
    this.#engines.set(product, known);
    return known;
  }
}

function columnsOf(drivers: readonly FreeDriver[]) {
  return {
    ids: drivers.map(({ driverId }) => driverId),
    products: drivers.map(({ product }) => product),
    points: drivers.map(({ point }) => point),
    availableInS: new Float64Array(drivers.length),
  };
}
