import { idFromUuid, uuidOf, type WebhookId } from '#libs/contracts';
import type { Queryable } from '../../postgres/database.ts';
import { TAKES_IN, takeInTripEvents } from './take-in-events.ts';

export interface CatchUpLimits {
  /** Trips of one page. */
  trips: number;
  /** A webhook for which more deliveries wait catches up later. */
  waiting: number;
}

export interface CaughtUp {
  webhookId: WebhookId;
  deliveries: number;
  /** Whether nothing of the suspension is left to take in. */
  isDone: boolean;
}

/**
 * Takes in one page of what happened while a webhook was suspended: the events of the next trips by id. Undefined if no
 * webhook has to catch up, or if another process does that. Must run in a transaction: it locks the webhook, then lanes.
 */
export async function catchUpWebhook(
  transaction: Queryable,
  { trips, waiting }: CatchUpLimits,
  nowMs: number,
  notBeforeMs: number,
): Promise<CaughtUp | undefined> {
  const [behind] = await transaction.rows<{ webhook_id: string; catch_up_after: string }>({
    name: 'webhook-to-catch-up',
    text: `
      SELECT webhook_id, catch_up_after FROM webhook w
      WHERE catch_up_after IS NOT NULL AND ${TAKES_IN} AND (SELECT count(*) FROM (
        SELECT FROM webhook_delivery d WHERE d.webhook_id = w.webhook_id LIMIT $1 + 1) waiting) <= $1
      LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
    values: [waiting],
  });
  if (behind === undefined) return undefined;
  const page = await transaction.rows<{ trip_id: string; seq: number }>({
    name: 'trips-to-catch-up',
    text: `
      SELECT trip_id, max(seq) AS seq FROM trip_event WHERE trip_id > $1
      GROUP BY trip_id ORDER BY trip_id LIMIT $2`,
    values: [behind.catch_up_after, trips],
  });
  const webhookId = idFromUuid('webhook', behind.webhook_id);
  const progress = page.map(({ trip_id, seq }) => ({ tripId: idFromUuid('trip', trip_id), seq }));
  const deliveries =
    page.length === 0 ? 0 : await takeInTripEvents(transaction, progress, nowMs, notBeforeMs, webhookId);
  const isDone = page.length < trips;
  await transaction.rows({
    name: 'note-webhook-catch-up',
    text: 'UPDATE webhook SET catch_up_after = $2 WHERE webhook_id = $1',
    values: [uuidOf('webhook', webhookId), isDone ? null : (page.at(-1)?.trip_id ?? null)],
  });
  return { webhookId, deliveries, isDone };
}
