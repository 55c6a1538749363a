import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, CONFIG, LOGGER, Metrics, METRICS, type Clock, type Logger } from '#libs/service';
import { moveEndedTrips, TripStore } from '#libs/store';
import type { TripsConfig } from '../config.ts';
import { inBatches, Sweep } from '../sweep.ts';

/** How often ended trips are moved into the history. */
const MOVE_INTERVAL_MS = 5_000;
/** How many ended trips one transaction moves. */
const TRIPS_PER_MOVE = 500;
/** How many moves one sweep makes: 2,000 trips a second, more than end. */
const MAX_MOVES_PER_SWEEP = 20;

/**
 * Moves ended trips from the small table of trips under way into the history. They stay there for a while first, for
 * repeated commands and clients that resume.
 */
@Injectable()
export class MoveEndedTrips extends Sweep {
  readonly #afterMs: number;
  readonly #moved;

  constructor(
    private readonly store: TripStore,
    @Inject(CONFIG) config: TripsConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    super('moving ended trips into the history', MOVE_INTERVAL_MS, clock, logger);
    this.#afterMs = config.historyAfterMs;
    this.#moved = metrics.counter('trips_moved_total', 'Ended trips moved into the history');
  }

  protected override async sweep(): Promise<void> {
    const endedByMs = this.clock.now() - this.#afterMs;
    await inBatches(MAX_MOVES_PER_SWEEP, TRIPS_PER_MOVE, async () => {
      const moved = await moveEndedTrips(this.store, endedByMs, TRIPS_PER_MOVE);
      this.#moved.inc(moved);
      return moved;
    });
  }
}
