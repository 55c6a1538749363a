import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { purgeWebhookLanes, purgeWebhookSecrets, suspendOverfull, TripStore } from '#libs/store';
import { Sweep } from '../sweep.ts';
import { WEBHOOK_MEMORY_MS } from './take-in-events.ts';

/** How often old deliveries are deleted and overdue webhooks are suspended. */
const TIDY_INTERVAL_MS = 10_000;
/** How many lanes (the deliveries of one trip to one webhook) one statement deletes. */
const LANES_PER_DELETE = 5_000;
/** How many deliveries may wait for a webhook before it is suspended, so that the table does not fill the disk. */
export const MAX_WAITING_PER_WEBHOOK = 100_000;

/** Suspends webhooks with too many waiting deliveries, and deletes lanes that are long done and secrets that sign no more. */
@Injectable()
export class WebhookTidying extends Sweep {
  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('tidying webhooks', TIDY_INTERVAL_MS, clock, logger);
  }

  protected override async sweep(): Promise<void> {
    const nowMs = this.clock.now();
    for (const webhookId of await suspendOverfull(this.store, MAX_WAITING_PER_WEBHOOK, nowMs))
      this.logger.warn(
        { event: 'webhook_suspended', webhook_id: webhookId, reason: 'too_many_waiting' },
        'too many deliveries wait for it',
      );
    await purgeWebhookSecrets(this.store, nowMs);
    await purgeWebhookLanes(this.store, nowMs - WEBHOOK_MEMORY_MS, LANES_PER_DELETE);
  }
}
