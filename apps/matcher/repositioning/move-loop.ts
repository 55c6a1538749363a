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
import {
  DEFAULT_ENGINE_PARAMS,
  DispatchEngine,
  idleMoves,
  OpenDemand,
  RoundPlanner,
  SupplyIndex,
  type OpenTrip,
} from '#libs/dispatch';
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
import { TRAVEL_TIMES, type TravelTimes } from '#libs/travel-time';
import { pickupCellOf, type Point } from '#libs/geo';
import { LiveShardMap } from '#libs/shard-map';
import type { TripId } from '#libs/trip';
import type { MatcherConfig } from '../config.ts';
import { Ownership } from '../ownership/ownership.ts';

/**
 * How many counted trips are remembered: more than are requested in one matcher's area while one of them is open.
 */
export const MAX_SEEN_TRIPS = 50_000;

/** Finds open trips not seen before, so that the engine learns from each request once. */
@Injectable()
export class RequestWatch {
  readonly #seen = new Set<TripId>();

  constructor(private readonly demand: OpenDemand) {}

  /** Trips that were not open at the previous call, oldest first. */
  newTrips(): OpenTrip[] {
    const fresh = [...this.demand].filter(({ tripId }) => !this.#seen.has(tripId));
    for (const { tripId } of fresh) this.#seen.add(tripId);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= MAX_SEEN_TRIPS) break;
      this.#seen.delete(oldest);
    }
    return fresh;
  }
}

/** How often new requests are counted, service time: a trip is open for longer than that. */
const WATCH_INTERVAL_MS = 1_000;
/** Sends idle drivers hints where riders are expected, learned from the requests of the owned shards. */
@Injectable()
export class MoveLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #hints: Counter;
  readonly #intervalMs: number;
  readonly #tasks: readonly RepeatingTask[];
  /** One engine for each product, because demand is forecast by product. */
  readonly #engines = new Map<string, DispatchEngine>();

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: MatcherConfig,
    @Inject(TRAVEL_TIMES) private readonly travelTimes: TravelTimes,
    private readonly requests: RequestWatch,
    private readonly supply: SupplyIndex,
    private readonly planner: RoundPlanner,
    private readonly shards: LiveShardMap,
    private readonly ownership: Ownership,
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

  /** What the forecasts of all products are made of, of the own shards. */
  recentRequests(nowMs: number): { pickups: Point[]; spanMs: number }[] {
    return [...this.#engines.values()].map((engine) => {
      const { pickups, spanMs } = engine.recentRequests(nowMs);
      return { pickups: pickups.filter((place) => this.#isOwn(place)), spanMs };
    });
  }

  #learn(): void {
    for (const { product, pickup, requestedAtMs } of this.requests.newTrips())
      this.#engineOf(product).noteRequest(pickup, requestedAtMs);
  }

  #send(): void {
    const nowMs = this.clock.now();
    const hints = [...this.#engines].flatMap(([product, engine]) => this.#hintsFor(engine, product, nowMs));
    for (let start = 0; start < hints.length; start += MAX_HINTS_PER_MESSAGE) {
      const message: DriverHints = { hints: hints.slice(start, start + MAX_HINTS_PER_MESSAGE) };
      publishJson(this.bus, DRIVER_HINTS_SUBJECT, message);
    }
    this.#hints.inc(hints.length);
  }

  #hintsFor(engine: DispatchEngine, product: string, nowMs: number): DriverHints['hints'] {
    const moves = idleMoves(engine, {
      supply: this.supply,
      rideEnds: this.planner.rideEnds,
      product,
      isOwn: (place) => this.#isOwn(place),
      nowMs,
      // A hint binds nobody, so it is not worth a routing engine call.
      etas: (question) => this.travelTimes.local.etas(question, nowMs),
    });
    const expiresAt = toTimestamp(nowMs + this.#intervalMs);
    return moves.map(({ driverId, to, driveS }) => ({
      driver_id: driverId,
      to,
      drive_s: driveS,
      expires_at: expiresAt,
    }));
  }

  /** A driver outside the service area gets hints from every matcher that hears it. */
  #isOwn(place: Point): boolean {
    const owner = this.shards.map.ownerOf(pickupCellOf(place));
    return owner === undefined || owner === this.ownership.self;
  }

  #engineOf(product: string): DispatchEngine {
    const known = this.#engines.get(product) ?? new DispatchEngine(DEFAULT_ENGINE_PARAMS);
    this.#engines.set(product, known);
    return known;
  }
}
