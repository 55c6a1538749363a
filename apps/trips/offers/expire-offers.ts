import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { dueOffers, TripStore } from '#libs/store';
import { Committer } from '../committer.ts';
import { Sweep } from '../sweep.ts';

const EXPIRY_INTERVAL_MS = 250;
const MAX_OFFERS_PER_SWEEP = 200;

/** Ends offers that nobody answered in time; their trips are matched again, with somebody else. */
@Injectable()
export class OfferExpiry extends Sweep {
  readonly #store: TripStore;
  readonly #committer: Committer;
  readonly #clock: Clock;

  constructor(
    @Inject(TripStore) store: TripStore,
    @Inject(Committer) committer: Committer,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('offer_expiry', EXPIRY_INTERVAL_MS, clock, logger);
    this.#store = store;
    this.#committer = committer;
    this.#clock = clock;
  }

  protected override async sweep(): Promise<void> {
    for (const { tripId, offerId } of await dueOffers(this.#store, this.#clock.now(), MAX_OFFERS_PER_SWEEP)) {
      await this.#committer.commit((transaction) =>
        transaction.change(tripId, () => ({ type: 'expire_offer', offerId })),
      );
    }
  }
}
