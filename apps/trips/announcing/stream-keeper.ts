import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS } from '#libs/bus';
import { WEBHOOK_EVENT_CONSUMER } from '#libs/contracts';
import { applyTrackStream, ensureEventConsumer, ensureEventStream } from '#libs/event-stream';
import { CLOCK, CONFIG, LOGGER, type Clock, type Logger } from '#libs/service';
import type { TripsConfig } from '../config.ts';
import { Sweep } from '../sweep.ts';

/** How often the event stream is checked, and created if it is missing. */
const CHECK_INTERVAL_MS = 5_000;

/**
 * Creates the event stream if NATS has none, and the consumer of `webhooks`, which may only read from it. The events of a
 * lost stream are still in Postgres. Keeps the stream of traces as it is set.
 */
@Injectable()
export class StreamKeeper extends Sweep {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(CONFIG) private readonly config: TripsConfig,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('checking the event stream', CHECK_INTERVAL_MS, clock, logger);
  }

  protected override async sweep(): Promise<void> {
    const { eventStreamReplicas: replicas, eventStreamMaxBytes: maxBytes } = this.config;
    if (await ensureEventStream(this.bus, { replicas, maxBytes }))
      this.logger.warn(
        { event: 'event_stream_made', replicas },
        'created empty; npm run events:rebuild fills it',
      );
    await ensureEventConsumer(this.bus, WEBHOOK_EVENT_CONSUMER);
    const { traceKeepS: keepS, traceMaxBytes } = this.config;
    const applied = await applyTrackStream(this.bus, { keepS, maxBytes: traceMaxBytes, replicas });
    if (applied !== 'unchanged') this.logger.info({ event: 'track_stream_applied', applied, keep_s: keepS });
  }
}
