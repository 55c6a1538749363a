import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  reportDeliveries,
  takeDeliveries,
  toWebhookEvent,
  type CommandInput,
  type CommandOutput,
  type DeliveryReport,
  type TripChange,
  type WebhookDelivery,
  type WebhookEvent,
} from '#libs/contracts';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import {
  foldEvents,
  readHistories,
  settleDeliveries,
  takeDueDeliveries,
  TripStore,
  type History,
  type TakenDelivery,
} from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

/** Hands due deliveries out to webhooks processes, and records their outcomes. */
@Controller()
export class HandOutDeliveriesHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(takeDeliveries)
  async take(input: CommandInput<typeof takeDeliveries>): Promise<CommandOutput<typeof takeDeliveries>> {
    const { limit, per_webhook: perWebhook, under_way: underWay, lease_ms: leaseMs } = input;
    const nowMs = this.clock.now();
    const wish = { limit, perWebhook, underWay };
    const taken = await takeDueDeliveries(this.store, wish, nowMs, nowMs + leaseMs);
    return { deliveries: await this.#withMessages(taken) };
  }

  @HandleCommand(reportDeliveries)
  async report({
    reports,
  }: CommandInput<typeof reportDeliveries>): Promise<CommandOutput<typeof reportDeliveries>> {
    await this.#settle(reports);
    return {};
  }

  /** Builds the payload from the stored events, so that every attempt sends the same. */
  async #withMessages(taken: readonly TakenDelivery[]): Promise<WebhookDelivery[]> {
    if (taken.length === 0) return [];
    const histories = await readHistories(this.store, [...new Set(taken.map(({ tripId }) => tripId))]);
    const changes = new Map(histories.map((history) => [history.tripId, this.#changesOf(history)]));
    const deliveries = taken.map((delivery) => toMessage(delivery, changes.get(delivery.tripId)));
    const unreadable = deliveries.filter(({ message }) => message === undefined);
    if (unreadable.length > 0) await this.#giveUp(unreadable);
    return deliveries.flatMap(({ message, ...delivery }) =>
      message === undefined ? [] : { ...delivery, message },
    );
  }

  /** Empty if the trip's events were damaged: one trip must not hold up the others. */
  #changesOf({ tripId, events }: History): TripChange[] {
    try {
      return foldEvents(events, 0);
    } catch (error) {
      this.logger.error({ event: 'events_unreadable', trip_id: tripId, err: error }, 'see npm run audit');
      return [];
    }
  }

  async #giveUp(deliveries: readonly Omit<WebhookDelivery, 'message'>[]): Promise<void> {
    const reports = deliveries.map(({ webhook_id, trip_id, seq, attempt }) => ({
      webhook_id,
      trip_id,
      seq,
      attempt,
      outcome: 'dead' as const,
      retry_in_ms: 0,
      status: null,
      error: 'the event cannot be read',
    }));
    await this.#settle(reports);
  }

  async #settle(reports: readonly DeliveryReport[]): Promise<void> {
    const nowMs = this.clock.now();
    const suspended = await this.store.transact((transaction) =>
      settleDeliveries(transaction, reports, nowMs),
    );
    for (const { webhookId, reason, error } of suspended)
      this.logger.warn(
        { event: 'webhook_suspended', webhook_id: webhookId, reason },
        `its endpoint ${error ?? 'refuses'}; a replay resumes it`,
      );
  }
}

function toMessage(
  { webhookId, tripId, seq, attempt, url, secrets }: TakenDelivery,
  changes: readonly TripChange[] = [],
): Omit<WebhookDelivery, 'message'> & { message: WebhookEvent | undefined } {
  const change = changes.find(({ event }) => event.seq === seq);
  const message = change === undefined ? undefined : toWebhookEvent(change);
  return { webhook_id: webhookId, trip_id: tripId, seq, attempt, url, secrets, message };
}
