import { randomUUID } from 'node:crypto';
import type { FleetOrder, FleetStats } from '#libs/contracts';
import { ApiClient, MAX_CONCURRENT_REQUESTS, TokenDesk } from './api/api-client.ts';
import { PhoneNetwork } from './api/phone-network.ts';
import { RequestSlots } from './api/request-slots.ts';
import type { City } from './city/city.ts';
import { Streets } from './city/streets.ts';
import { serviceClock, TimestampText } from './clock/service-clock.ts';
import { TickWheel, type Job } from './clock/tick-wheel.ts';
import type { FleetConfig } from './fleet-config.ts';
import { DriverCrew } from './drivers/driver-crew.ts';
import type { FleetServices } from './fleet-services.ts';
import { sendToParent } from './parent-process.ts';
import { RiderCrowd } from './riders/rider-crowd.ts';
import { ClientLog } from './statistics/client-log.ts';
import { ErrorCounts, PingCount, SlidingCount } from './statistics/counts.ts';
import { fleetReport } from './statistics/fleet-report.ts';
import { TripBook } from './statistics/trip-book.ts';
import { Vanishings } from './vanishings.ts';

/** Maximum concurrent socket handshakes: thousands of drivers connect within seconds without flooding the service. */
const MAX_OPENING_LINKS = 64;
/** Buckets of the count of matches: one minute in all. */
const MINUTE_BUCKETS = 12;
/** Length of one of these buckets, wall time. */
const BUCKET_MS = 5_000;

/** A simulated city on the public API: drivers, riders, and the log of what they saw. */
export class Fleet {
  readonly #config: FleetConfig;
  readonly #city: City;
  readonly #services: FleetServices;
  readonly #matches: SlidingCount;
  readonly #crew: DriverCrew;
  readonly #crowd: RiderCrowd;
  readonly #stopping = new AbortController();
  #firstMatchMs: number | null = null;
  #demandWallMs: number | null = null;
  #demandEndWallMs: number | null = null;
  #pingsBeforeDemand = 0;

  constructor(config: FleetConfig, city: City) {
    this.#config = config;
    this.#city = city;
    const clock = serviceClock(config.HAILGRID_CLOCK_SPEED, config.HAILGRID_CLOCK_ORIGIN_MS);
    this.#matches = new SlidingCount(BUCKET_MS, MINUTE_BUCKETS, clock.now());
    const book = new TripBook(() => {
      this.#firstMatchMs ??= performance.now();
      this.#matches.add(clock.now());
    });
    this.#services = createServices(config, city, book, this.#stopping.signal);
    this.#crew = new DriverCrew(city.driverStarts, this.#services);
    this.#crowd = new RiderCrowd(this.#services, city.demand);
  }

  /** Brings the drivers online; resolves when the demand may begin. @returns drivers online */
  async open(): Promise<number> {
    const { wheel, clock } = this.#services;
    wheel.start();
    const flush: Job = {
      run: (nowMs) => {
        this.#services.log.flush();
        wheel.at(nowMs + 1000 * clock.speed, flush);
      },
    };
    flush.run(clock.now());
    await this.#crew.start(this.#stopping.signal);
    return this.#crew.online();
  }

  /** Runs the demand and the drain that follows, or until stopped. */
  async serve(): Promise<void> {
    const { clock, streets, pings } = this.#services;
    const startMs = clock.now();
    const { demandS } = this.#city;
    const endMs = demandS === null ? Infinity : startMs + demandS * 1000;
    streets.setTimeOfDay({ s: this.#config.HAILGRID_FLEET_FROM_S, atMs: startMs });
    this.#demandWallMs = performance.now();
    this.#demandEndWallMs = demandS === null ? null : this.#demandWallMs + (demandS * 1000) / clock.speed;
    this.#pingsBeforeDemand = pings.sent;
    this.#crowd.start(startMs, endMs);
    await this.#until(endMs + this.#config.HAILGRID_FLEET_DRAIN_S * 1000);
  }

  /** Takes the next phones that get into a state away for ever. */
  vanish(order: FleetOrder): void {
    this.#services.vanishings.order(order);
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Closes all sockets and flushes the log; the figures stay. */
  async close(): Promise<void> {
    this.stop();
    this.#crowd.stop();
    this.#crew.stop();
    this.#services.wheel.stop();
    await this.#services.log.close();
  }

  /** The current figures; at the end, the rates cover the whole demand. */
  stats(atEnd = false): FleetStats {
    const { book, pings, errors, clock } = this.#services;
    const wallMs = performance.now();
    const startMs = this.#demandWallMs;
    const endMs = this.#demandEndWallMs;
    return fleetReport({ book, pings, errors, matches: this.#matches }, this.#crew.online(), clock.now(), {
      elapsedMs: startMs === null ? 0 : wallMs - startMs,
      remainingMs: endMs === null ? null : Math.max(0, endMs - wallMs),
      firstMatchMs: this.#firstMatchMs,
      ...(atEnd && { pingsInDemand: pings.sent - this.#pingsBeforeDemand }),
    });
  }

  /** Waits until a moment of service time, or until stopped. */
  async #until(timeMs: number): Promise<void> {
    const { signal } = this.#stopping;
    const stopped = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve());
    });
    const reached = Promise.withResolvers<void>();
    if (timeMs !== Infinity) this.#services.wheel.at(timeMs, { run: () => reached.resolve() });
    await Promise.race([stopped, reached.promise]);
  }
}

function createServices(
  config: FleetConfig,
  city: City,
  book: TripBook,
  stopping: AbortSignal,
): FleetServices {
  const seed = config.HAILGRID_FLEET_SEED;
  const clock = serviceClock(config.HAILGRID_CLOCK_SPEED, config.HAILGRID_CLOCK_ORIGIN_MS);
  const wheel = new TickWheel(clock);
  const riderUrl = config.HAILGRID_FLEET_RIDER_API_URL;
  const driverUrl = config.HAILGRID_FLEET_DRIVER_API_URL;
  const issuerUrl = config.HAILGRID_FLEET_ISSUER_URL;
  const errors = new ErrorCounts();
  return {
    settings: {
      seed,
      run: randomUUID().slice(0, 8),
      habits: {
        acceptProbability: config.HAILGRID_FLEET_ACCEPT,
        cancelProbability: config.HAILGRID_FLEET_DRIVER_CANCEL,
        followProbability: config.HAILGRID_FLEET_FOLLOW_HINTS,
      },
      riderCancelProbability: config.HAILGRID_FLEET_RIDER_CANCEL,
      repeatProbability: config.HAILGRID_FLEET_REPEAT,
    },
    clock,
    wheel,
    timestampText: new TimestampText(),
    streets: new Streets(city.graph, { s: config.HAILGRID_FLEET_FROM_S, atMs: clock.now() }),
    tokens: new TokenDesk(new ApiClient(issuerUrl, seed, 'tokens', stopping)),
    riderUrl,
    driverUrl,
    riderSlots: new RequestSlots(MAX_CONCURRENT_REQUESTS),
    driverApi: new ApiClient(driverUrl, seed, 'drivers', stopping),
    network: new PhoneNetwork(new RequestSlots(MAX_OPENING_LINKS), clock.speed, (code) => errors.add(code)),
    book,
    pings: new PingCount(),
    errors,
    log: new ClientLog(clock, config.HAILGRID_FLEET_LOG),
    vanishings: new Vanishings(clock, (phone) => void sendToParent({ type: 'vanished', phone })),
  };
}
