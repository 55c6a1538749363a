import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { dueSearches, TripStore } from '#libs/store';
import { Committer } from '../committer.ts';
import { Sweep } from '../sweep.ts';

const GIVE_UP_INTERVAL_MS = 500;
const MAX_SEARCHES_PER_SWEEP = 200;

/** Tells riders whose deadline has passed that no driver was found. */
@Injectable()
export class SearchDeadlines extends Sweep {
  readonly #store: TripStore;
  readonly #committer: Committer;
  readonly #clock: Clock;

  constructor(
    @Inject(TripStore) store: TripStore,
    @Inject(Committer) committer: Committer,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('search_deadlines', GIVE_UP_INTERVAL_MS, clock, logger);
    this.#store = store;
    this.#committer = committer;
    this.#clock = clock;
  }

  protected override async sweep(): Promise<void> {
    for (const tripId of await dueSearches(this.#store, this.#clock.now(), MAX_SEARCHES_PER_SWEEP)) {
      await this.#committer.commit((transaction) => transaction.change(tripId, () => ({ type: 'give_up' })));
    }
  }
}
