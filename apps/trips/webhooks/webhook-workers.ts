import { Inject, Injectable } from '@nestjs/common';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import { BUS } from '#libs/bus';
import { WEBHOOKS_PROBE_SUBJECT, type WebhookDeliveryState } from '#libs/contracts';
import { CLOCK, LOGGER, METRICS, type Clock, type Logger, type Metrics } from '#libs/service';
import { hasWebhooks, TripStore } from '#libs/store';
import { Sweep } from '../sweep.ts';

/** How often webhooks processes are probed. */
const PROBE_INTERVAL_MS = 10_000;
/** How long a probe waits for its answer, wall time. NATS itself answers at once if no webhooks process runs. */
const PROBE_TIMEOUT_MS = 1_000;

/**
 * Probes whether a webhooks process runs. The service is optional, so webhooks can exist without anything to deliver
 * their events.
 */
@Injectable()
export class WebhookWorkers extends Sweep {
  #isMissing = false;

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly store: TripStore,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    super('probing for webhooks processes', PROBE_INTERVAL_MS, clock, logger);
    metrics.gauge('webhook_worker_missing', '1 while webhooks exist and no webhooks process runs', () =>
      Number(this.#isMissing),
    );
  }

  /** `unknown` if the probe fails for another reason than a missing process. */
  async delivery(): Promise<WebhookDeliveryState> {
    try {
      await this.bus.request(WEBHOOKS_PROBE_SUBJECT, undefined, { timeout: PROBE_TIMEOUT_MS });
      return 'running';
    } catch (error) {
      return error instanceof errors.RequestError && error.isNoResponders() ? 'no_worker' : 'unknown';
    }
  }

  protected override async sweep(): Promise<void> {
    const isMissing = (await hasWebhooks(this.store)) && (await this.delivery()) === 'no_worker';
    if (isMissing && !this.#isMissing)
      this.logger.warn(
        { event: 'webhook_worker_missing' },
        'webhooks exist and no webhooks process runs: events wait',
      );
    this.#isMissing = isMissing;
  }
}
