import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, CONFIG, LOGGER, type Clock, type Logger } from '#libs/service';
import { noteLongSearches, noteLongWaits, TripStore } from '#libs/store';
import type { TripsConfig } from '../config.ts';
import { Sweep } from '../sweep.ts';

/** How late a long wait can be noticed: the time between two sweeps. */
const WAITS_INTERVAL_MS = 2_000;
/** How many waits of each kind one sweep notes; the next sweep takes the rest. */
const MAX_NOTED_PER_SWEEP = 500;

/** Finds riders who wait long for a driver, and drivers who wait long for a rider. Every process may run it. */
@Injectable()
export class FindLongWaits extends Sweep {
  readonly #config: TripsConfig;

  constructor(
    private readonly store: TripStore,
    @Inject(CONFIG) config: TripsConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('finding long waits', WAITS_INTERVAL_MS, clock, logger);
    this.#config = config;
  }

  protected override async sweep(): Promise<void> {
    const atMs = this.clock.now();
    const limit = MAX_NOTED_PER_SWEEP;
    const { searchDeadlineMs, longSearchMs, longWaitMs } = this.#config;
    // A trip that loses its driver is searched for again, with a new deadline.
    const deadlineAtMs = atMs + searchDeadlineMs - longSearchMs;
    if (longSearchMs < searchDeadlineMs) await noteLongSearches(this.store, { atMs, deadlineAtMs, limit });
    await noteLongWaits(this.store, { atMs, arrivedByMs: atMs - longWaitMs, limit });
  }
}
