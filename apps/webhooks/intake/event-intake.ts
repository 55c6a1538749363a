import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, CommandClient, logDropped } from '#libs/bus';
import { takeInEvents, WEBHOOK_EVENT_CONSUMER } from '#libs/contracts';
import { EventConsumer, type EventNumber } from '#libs/event-stream';
import { LOGGER, METRICS, OutageLog, type Logger, type Metrics } from '#libs/service';
import { DeliveryLoop } from '../delivery/delivery-loop.ts';

/** Reads the event stream and has `trips` create the deliveries for each webhook. */
@Injectable()
export class EventIntake implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #consumer: EventConsumer;
  readonly #taken;

  constructor(
    @Inject(BUS) bus: NatsConnection,
    private readonly commands: CommandClient,
    private readonly loop: DeliveryLoop,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#taken = metrics.counter('webhook_events_total', 'Events read from the event stream');
    const outage = new OutageLog(logger, 'reading the event stream');
    this.#consumer = new EventConsumer({
      bus,
      name: WEBHOOK_EVENT_CONSUMER,
      handle: (events) => this.#takeIn(events),
      onFailure: (error) => outage.failed(error),
      onWork: () => outage.worked(),
      onDropped: logDropped(logger),
    });
  }

  onApplicationBootstrap(): void {
    this.#consumer.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#consumer.stop();
  }

  async #takeIn(events: EventNumber[]): Promise<void> {
    const { deliveries } = await this.commands.call(takeInEvents, { events });
    this.#taken.inc(events.length);
    if (deliveries > 0) this.loop.wake();
  }
}
