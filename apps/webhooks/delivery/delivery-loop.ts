import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  MAX_DELIVERIES_PER_TAKE,
  reportDeliveries,
  takeDeliveries,
  type DeliveryReport,
  type WebhookDelivery,
  type WebhookId,
} from '#libs/contracts';
import {
  CLOCK,
  CONFIG,
  LOGGER,
  machineTime,
  METRICS,
  OutageLog,
  type Clock,
  type Logger,
  type Metrics,
} from '#libs/service';
import type { WebhooksConfig } from '../config.ts';
import { WebhookSender, type Attempt } from './webhook-sender.ts';

/** How many deliveries to one webhook run at once; the rest are taken later. */
export const MAX_DELIVERIES_PER_WEBHOOK = 16;
/** How many deliveries run at once: enough for all webhooks, so that one that hangs delays no other. */
export const MAX_DELIVERIES_UNDER_WAY = 800;
/** How often the loop checks for deliveries that have become due, wall time. */
const LOOK_INTERVAL_MS = 500;
/**
 * How much longer than an attempt a delivery is leased: after that its process is dead and another one may take it.
 */
const LEASE_MARGIN_MS = 5_000;

/** Takes due deliveries, sends them, and reports their outcomes. */
@Injectable()
export class DeliveryLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #outage: OutageLog;
  readonly #attempts;
  readonly #underWay = new Map<WebhookId, number>();
  readonly #deliveries = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #taking: Promise<void> | undefined;
  #wanted = false;
  #stopped = false;

  constructor(
    private readonly commands: CommandClient,
    private readonly sender: WebhookSender,
    @Inject(CONFIG) private readonly config: WebhooksConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#outage = new OutageLog(logger, 'taking and reporting deliveries');
    this.#attempts = metrics.counter('webhook_attempts_total', 'Delivery attempts to webhooks, by outcome', [
      'outcome',
    ]);
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.wake(), LOOK_INTERVAL_MS);
  }

  /** Takes no more deliveries; finishes and reports those under way. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#taking;
    await Promise.all(this.#deliveries);
  }

  /** Checks for due deliveries now. */
  wake(): void {
    this.#wanted = true;
    this.#taking ??= this.#takeWhileWanted().finally(() => {
      this.#taking = undefined;
    });
  }

  async #takeWhileWanted(): Promise<void> {
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false;
      const limit = Math.min(MAX_DELIVERIES_PER_TAKE, MAX_DELIVERIES_UNDER_WAY - this.#deliveries.size);
      if (limit <= 0) return;
      try {
        const deliveries = await this.#take(limit);
        for (const delivery of deliveries) this.#begin(delivery);
        this.#wanted ||= deliveries.length === limit;
        this.#outage.worked();
      } catch (error) {
        this.#outage.failed(error);
      }
    }
  }

  async #take(limit: number): Promise<WebhookDelivery[]> {
    const { deliveries } = await this.commands.call(takeDeliveries, {
      limit,
      per_webhook: MAX_DELIVERIES_PER_WEBHOOK,
      under_way: [...this.#underWay].map(([webhook_id, count]) => ({ webhook_id, count })),
      lease_ms: machineTime(this.clock, this.config.webhookTimeoutMs + LEASE_MARGIN_MS),
    });
    return deliveries;
  }

  #begin(delivery: WebhookDelivery): void {
    const { webhook_id } = delivery;
    this.#underWay.set(webhook_id, (this.#underWay.get(webhook_id) ?? 0) + 1);
    const done = this.#deliver(delivery).finally(() => {
      this.#deliveries.delete(done);
      const left = (this.#underWay.get(webhook_id) ?? 1) - 1;
      if (left > 0) this.#underWay.set(webhook_id, left);
      else this.#underWay.delete(webhook_id);
      // The trip's next delivery may be due now.
      this.wake();
    });
    this.#deliveries.add(done);
  }

  /** If the report is lost, the lease ends and the delivery is repeated: the same message with the same id. */
  async #deliver(delivery: WebhookDelivery): Promise<void> {
    const report = this.#reportOf(delivery, await this.sender.send(delivery));
    this.#attempts.inc({ outcome: report.outcome });
    await this.commands
      .call(reportDeliveries, { reports: [report] })
      .catch((error: unknown) => this.#outage.failed(error));
  }

  #reportOf(
    { webhook_id, trip_id, seq, attempt }: WebhookDelivery,
    { meaning, retryAfterMs = 0, status, error }: Attempt,
  ): DeliveryReport {
    const { webhookAttempts, webhookRetryMs } = this.config;
    const isDead = meaning === 'gone' || (meaning !== 'delivered' && attempt >= webhookAttempts);
    const outcome = meaning === 'delivered' ? 'delivered' : isDead ? 'dead' : 'retry';
    const pauseMs = Math.max(retryPauseMs(attempt, webhookRetryMs, Math.random()), retryAfterMs);
    return {
      webhook_id,
      trip_id,
      seq,
      attempt,
      outcome,
      retry_in_ms: outcome === 'retry' ? machineTime(this.clock, pauseMs) : 0,
      status,
      error,
      refusal: meaning === 'gone' || meaning === 'refused' ? meaning : null,
      hold_ms: machineTime(this.clock, retryAfterMs),
    };
  }
}

/** Ratio of each pause to the previous one. */
const FACTOR = 3;
/** Longest wait of a failed delivery for its next attempt. */
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * The pause after this many attempts: exponential back-off with factor 3, up to an hour. Jitter takes up to half of it,
 * so that deliveries that failed together are not retried together.
 */
export function retryPauseMs(attempts: number, firstMs: number, random: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, firstMs * FACTOR ** (attempts - 1));
  return longest * (0.5 + random / 2);
}
