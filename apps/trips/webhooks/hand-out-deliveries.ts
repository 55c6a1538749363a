import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  reportDeliveries,
  takeDeliveries,
  type CommandInput,
  type CommandOutput,
  type WebhookDelivery,
} from '#libs/contracts';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import {
  readHistories,
  settleDeliveries,
  takeDueDeliveries,
  TripStore,
  type TakenDelivery,
} from '#libs/store';
import { foldEvents } from '../announcing/trip-change.ts';
import { CommandHandlers } from '../command-handlers.ts';

/** Hands out what webhooks are to be told now, and hears what became of it. */
@Controller()
export class HandOutDeliveriesHandler extends CommandHandlers {
  readonly #store: TripStore;
  readonly #clock: Clock;

  constructor(
    @Inject(TripStore) store: TripStore,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
    this.#store = store;
    this.#clock = clock;
  }

  @HandleCommand(takeDeliveries)
  async take(input: CommandInput<typeof takeDeliveries>): Promise<CommandOutput<typeof takeDeliveries>> {
    const { limit, per_webhook: perWebhook, under_way: underWay, lease_ms: leaseMs } = input;
    const nowMs = this.#clock.now();
    const wish = { limit, perWebhook, underWay };
    const taken = await takeDueDeliveries(this.#store, wish, nowMs, nowMs + leaseMs);
    return { deliveries: await this.#withChanges(taken) };
  }

  @HandleCommand(reportDeliveries)
  async report({
    reports,
  }: CommandInput<typeof reportDeliveries>): Promise<CommandOutput<typeof reportDeliveries>> {
    await settleDeliveries(this.#store, reports, this.#clock.now());
    return {};
  }

  /** What is told is made from the events each time: it is the same each time. */
  async #withChanges(taken: readonly TakenDelivery[]): Promise<WebhookDelivery[]> {
    if (taken.length === 0) return [];
    const histories = await readHistories(this.#store, [...new Set(taken.map(({ tripId }) => tripId))]);
    const changes = new Map(histories.map(({ tripId, events }) => [tripId, foldEvents(events, 0)]));
    return taken.flatMap(({ webhookId, tripId, seq, attempt, url, secret }) => {
      const change = changes.get(tripId)?.[seq - 1];
      if (change === undefined) return [];
      return { webhook_id: webhookId, trip_id: tripId, seq, attempt, url, secret, change };
    });
  }
}
