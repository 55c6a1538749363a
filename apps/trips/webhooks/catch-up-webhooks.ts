import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { catchUpWebhook, TripStore } from '#libs/store';
import { inBatches, Sweep } from '../sweep.ts';
import { WEBHOOK_MEMORY_MS } from './take-in-events.ts';
import { MAX_WAITING_PER_WEBHOOK } from './webhook-tidying.ts';

/** How often resumed webhooks take in what happened while they were suspended. */
const CATCH_UP_INTERVAL_MS = 1_000;
/** How many trips one transaction takes in for a resumed webhook: some 3,000 events. */
const TRIPS_PER_CATCH_UP = 500;
/** How many such transactions run in one turn, so that a month of events does not crowd out new ones. */
const CATCH_UPS_PER_TURN = 10;

/**
 * Takes in the events that a webhook missed while it was suspended, after a replay has resumed it, trip after trip. Waits
 * while half of what suspends a webhook is waiting already.
 */
@Injectable()
export class CatchUpWebhooks extends Sweep {
  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('catching up webhooks', CATCH_UP_INTERVAL_MS, clock, logger);
  }

  protected override async sweep(): Promise<void> {
    await inBatches(CATCH_UPS_PER_TURN, 1, () => this.#catchUp());
  }

  /** The number of webhooks that took in a page: 0 ends the turn. */
  async #catchUp(): Promise<number> {
    const nowMs = this.clock.now();
    const limits = { trips: TRIPS_PER_CATCH_UP, waiting: MAX_WAITING_PER_WEBHOOK / 2 };
    const caughtUp = await this.store.transact((transaction) =>
      catchUpWebhook(transaction, limits, nowMs, nowMs - WEBHOOK_MEMORY_MS),
    );
    if (caughtUp === undefined) return 0;
    const { webhookId: webhook_id, deliveries, isDone: done } = caughtUp;
    this.logger.info({ event: 'webhook_catches_up', webhook_id, deliveries, done }, 'events of a suspension');
    return 1;
  }
}
