import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { dueOffers, dueSearches, TripStore } from '#libs/store';
import type { TripCommand } from '#libs/trip';
import { Sweep } from '../sweep.ts';

/** How late a deadline can be noticed: the time between two sweeps. */
const DEADLINE_INTERVAL_MS = 250;
/** How many deadlines of each kind one sweep handles; the next sweep takes the rest. */
const MAX_DUE_PER_SWEEP = 200;

interface DueTrip {
  tripId: string;
  command: TripCommand;
}

/**
 * Ends offers that were not answered, or that no phone acknowledged, so that their trips are matched again, and gives up searches past their
 * deadline. Every process may run it: each checks the deadline again under the trip's lock.
 */
@Injectable()
export class DeadlineSweep extends Sweep {
  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('expiring offers and searches', DEADLINE_INTERVAL_MS, clock, logger);
  }

  /** A trip that cannot be changed does not hold up the others; all failures are reported at the end. */
  protected override async sweep(): Promise<void> {
    const failures: unknown[] = [];
    for (const { tripId, command } of await this.#due()) {
      await this.store
        .transact((transaction) => transaction.change(tripId, () => command))
        .catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} trips past their deadline were not changed`);
  }

  async #due(): Promise<DueTrip[]> {
    const nowMs = this.clock.now();
    const offers = await dueOffers(this.store, nowMs, MAX_DUE_PER_SWEEP);
    const searches = await dueSearches(this.store, nowMs, MAX_DUE_PER_SWEEP);
    return [
      ...offers.map(({ tripId, offerId, delivered }): DueTrip => ({
        tripId,
        command: { type: delivered ? 'expire_offer' : 'undelivered', offerId },
      })),
      ...searches.map((tripId): DueTrip => ({ tripId, command: { type: 'give_up' } })),
    ];
  }
}
