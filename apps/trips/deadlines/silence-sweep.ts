import { Inject, Injectable } from '@nestjs/common';
import type { DriverId } from '#libs/contracts';
import { CLOCK, CONFIG, LOGGER, machineTime, type Clock, type Logger } from '#libs/service';
import { noteHeard, readSilentDrivers, TripStore, type SilentDriver } from '#libs/store';
import { silenceLimitMs, type SilenceLimits, type TripCommand } from '#libs/trip';
import { MIN_SILENCE_MS, type TripsConfig } from '../config.ts';
import { Sweep } from '../sweep.ts';
import { HeardDrivers } from './heard-drivers.ts';

/** How late a silence can be noticed: the time between two sweeps. */
const SILENCE_INTERVAL_MS = 3_000;
/** How many drivers one sweep asks about; the next sweep takes the rest, which were heard later. */
const MAX_ASKED_PER_SWEEP = 2_000;
/**
 * Part of the shortest limit after which a driver is asked about. A shorter one writes more, a longer one forgets more of
 * what a driver-api that dies has heard.
 */
const ASK_AFTER_PART = 1 / 3;

interface Judged {
  readonly tripId: string;
  readonly command: TripCommand;
}

/**
 * Ends the trips of drivers who have vanished. Asks the driver-apis, and keeps in Postgres when each driver was heard, so that
 * a driver-api that dies takes no knowledge with it. A driver is judged only after this process has got answers for as
 * long as the shortest limit: drivers of a driver-api that died, and all after an outage, have that time to come back.
 * Every process may run it: `decide` checks the silence again under the trip's lock.
 */
@Injectable()
export class SilenceSweep extends Sweep {
  readonly #limits: SilenceLimits;
  readonly #shortestMs: number;
  readonly #searchMs: number;
  /** Since when every question was answered, service ms. */
  #listeningSinceMs: number | undefined;

  constructor(
    private readonly store: TripStore,
    private readonly heardDrivers: HeardDrivers,
    @Inject(CONFIG) config: TripsConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('finding silent drivers', SILENCE_INTERVAL_MS, clock, logger);
    // Reconnecting takes wall time, which an accelerated clock does not shorten.
    const atLeast = (ms: number): number => Math.max(ms, machineTime(clock, MIN_SILENCE_MS));
    this.#limits = {
      acceptedMs: atLeast(config.silentAcceptedMs),
      arrivedMs: atLeast(config.silentArrivedMs),
      stuckMs: atLeast(config.silentRideMs),
      lostContactMs: atLeast(config.lostContactMs),
    };
    this.#shortestMs = Math.min(this.#limits.acceptedMs, this.#limits.arrivedMs, this.#limits.stuckMs);
    this.#searchMs = config.searchDeadlineMs;
  }

  protected override async sweep(): Promise<void> {
    const nowMs = this.clock.now();
    const sinceMs = nowMs - this.#shortestMs * ASK_AFTER_PART;
    const asked = await readSilentDrivers(this.store, sinceMs, MAX_ASKED_PER_SWEEP);
    const heard = await this.heardDrivers.ask(asked);
    if (heard === undefined) {
      this.#listeningSinceMs = undefined;
      return;
    }
    this.#listeningSinceMs ??= nowMs;
    await noteHeard(this.store, newlyHeard(asked, heard));
    const mayJudge = nowMs - this.#listeningSinceMs >= this.#shortestMs;
    await this.#change(asked.flatMap((driver) => this.#judge(driver, heard.get(driver.driverId), mayJudge)));
  }

  #judge(driver: SilentDriver, heardAtMs: number | undefined, mayJudge: boolean): Judged[] {
    const { driverId, tripId } = driver;
    const silentSinceMs = Math.max(driver.silentSinceMs, heardAtMs ?? -Infinity);
    const limitMs = silenceLimitMs(driver, this.#limits);
    if (limitMs === null) return [];
    if (this.clock.now() - silentSinceMs < limitMs)
      return driver.attention === null ? [] : [{ tripId, command: { type: 'driver_heard', driverId } }];
    if (!mayJudge) return [];
    const { searchMs, limits } = { searchMs: this.#searchMs, limits: this.#limits };
    return [{ tripId, command: { type: 'silence', driverId, silentSinceMs, limits, searchMs } }];
  }

  /** A trip that cannot be changed does not hold up the others; all failures are reported at the end. */
  async #change(judged: readonly Judged[]): Promise<void> {
    const failures: unknown[] = [];
    for (const { tripId, command } of judged) {
      await this.store
        .transact((transaction) => transaction.change(tripId, () => command))
        .catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} trips of silent drivers were not changed`);
  }
}

function newlyHeard(asked: readonly SilentDriver[], heard: ReadonlyMap<DriverId, number>) {
  return asked.flatMap(({ driverId, tripId, silentSinceMs }) => {
    const heardAtMs = heard.get(driverId);
    return heardAtMs !== undefined && heardAtMs > silentSinceMs ? [{ driverId, tripId, heardAtMs }] : [];
  });
}
