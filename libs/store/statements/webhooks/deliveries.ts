import { idFromUuid, uuidOf, type DeliveryReport, type TripId, type WebhookId } from '#libs/contracts';
import type { Queryable } from '../../postgres/database.ts';
import { timestampOf } from '../../postgres/values.ts';
import { noteAnswers, type SuspendedWebhook } from './note-answers.ts';

export interface TakenDelivery {
  webhookId: WebhookId;
  tripId: TripId;
  seq: number;
  /** The first is 1. */
  attempt: number;
  url: string;
  /** Sealed, newest first. */
  secrets: string[];
}

export interface DeliveryWish {
  limit: number;
  perWebhook: number;
  /** How many deliveries of each webhook are under way already. */
  underWay: readonly { webhook_id: string; count: number }[];
}

interface DeliveryRow extends Record<string, unknown> {
  webhook_id: string;
  trip_id: string;
  seq: number;
  attempts: number;
  url: string;
  secrets: string[];
}

/**
 * Takes due deliveries, the lowest of each trip and webhook, and postpones them until the lease ends, so that no other
 * process takes them. If there are more than the limit, the webhooks come in random order. Nothing is taken for a webhook
 * that is gone, that refuses, whose endpoint asked for a pause, or whose secret is not sealed yet.
 */
export async function takeDueDeliveries(
  database: Queryable,
  { limit, perWebhook, underWay }: DeliveryWish,
  nowMs: number,
  leaseEndsAtMs: number,
): Promise<TakenDelivery[]> {
  const rows = await database.rows<DeliveryRow>({
    name: 'take-due-deliveries',
    text: `
      WITH busy AS (SELECT * FROM unnest($5::uuid[], $6::integer[]) AS b (webhook_id, n)
      ), due AS (
        SELECT head.webhook_id, head.trip_id, head.seq FROM (
          SELECT webhook_id FROM webhook
          WHERE coalesce(suspended_reason, '') NOT IN ('gone', 'refused') AND (held_until IS NULL OR held_until <= $1)
            AND EXISTS (SELECT FROM webhook_secret s WHERE s.webhook_id = webhook.webhook_id)
          ORDER BY random()) w CROSS JOIN LATERAL (
          SELECT webhook_id, trip_id, seq FROM webhook_delivery d
          WHERE d.webhook_id = w.webhook_id AND dead_at IS NULL AND due_at <= $1
            AND NOT EXISTS (SELECT FROM webhook_delivery earlier
              WHERE earlier.webhook_id = d.webhook_id AND earlier.trip_id = d.trip_id AND earlier.seq < d.seq)
          ORDER BY due_at LIMIT greatest(0, $4 - coalesce((SELECT n FROM busy WHERE busy.webhook_id = w.webhook_id), 0))
          FOR UPDATE SKIP LOCKED) head
        LIMIT $3
      )
      UPDATE webhook_delivery d SET due_at = $2, attempts = attempts + 1
      FROM due JOIN webhook USING (webhook_id)
      WHERE d.webhook_id = due.webhook_id AND d.trip_id = due.trip_id AND d.seq = due.seq
      RETURNING d.webhook_id, d.trip_id, d.seq, d.attempts, url, ARRAY(
        SELECT sealed FROM webhook_secret s WHERE s.webhook_id = d.webhook_id AND (expires_at IS NULL OR expires_at > $1)
        ORDER BY number DESC) AS secrets`,
    values: [
      timestampOf(nowMs),
      timestampOf(leaseEndsAtMs),
      limit,
      perWebhook,
      underWay.map(({ webhook_id }) => uuidOf('webhook', webhook_id)),
      underWay.map(({ count }) => count),
    ],
  });
  return rows.map((row) => ({
    webhookId: idFromUuid('webhook', row.webhook_id),
    tripId: idFromUuid('trip', row.trip_id),
    seq: row.seq,
    attempt: row.attempts,
    url: row.url,
    secrets: row.secrets,
  }));
}

/**
 * Records the outcomes of deliveries. A success always counts, even after the lease, and makes the trip's next delivery due;
 * a failure counts only if there was no newer attempt. Returns the webhooks that the answers suspend. Must run in a
 * transaction: it locks the webhooks and lanes before it reads them.
 */
export async function settleDeliveries(
  transaction: Queryable,
  reports: readonly DeliveryReport[],
  nowMs: number,
): Promise<SuspendedWebhook[]> {
  const suspended = await noteAnswers(transaction, reports, nowMs);
  const records = reports.map((report) => ({
    ...report,
    webhook_id: uuidOf('webhook', report.webhook_id),
    trip_id: uuidOf('trip', report.trip_id),
    due_at: timestampOf(nowMs + report.retry_in_ms),
  }));
  await transaction.rows({
    name: 'lock-lanes',
    text: `
      SELECT FROM webhook_lane WHERE (webhook_id, trip_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
      ORDER BY webhook_id, trip_id FOR UPDATE`,
    values: [records.map(({ webhook_id }) => webhook_id), records.map(({ trip_id }) => trip_id)],
  });
  await transaction.rows({
    name: 'settle-deliveries',
    text: `
      WITH report AS (
        SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (webhook_id uuid, trip_id uuid, seq integer, attempt integer,
          outcome text, due_at timestamptz, status integer, error text)
      ), done AS (
        DELETE FROM webhook_delivery d USING report r
        WHERE d.webhook_id = r.webhook_id AND d.trip_id = r.trip_id AND d.seq = r.seq AND r.outcome = 'delivered'
        RETURNING d.webhook_id, d.trip_id, d.seq
      ), next AS (
        UPDATE webhook_delivery d SET due_at = $2
        FROM done WHERE d.webhook_id = done.webhook_id AND d.trip_id = done.trip_id AND d.seq = (
          SELECT min(seq) FROM webhook_delivery n
          WHERE n.webhook_id = done.webhook_id AND n.trip_id = done.trip_id AND n.seq > done.seq)
      )
      UPDATE webhook_delivery d SET due_at = r.due_at, status = r.status, error = r.error,
        dead_at = CASE WHEN r.outcome = 'dead' THEN $2::timestamptz END
      FROM report r
      WHERE d.webhook_id = r.webhook_id AND d.trip_id = r.trip_id AND d.seq = r.seq AND r.outcome <> 'delivered'
        AND d.attempts = r.attempt`,
    values: [JSON.stringify(records), timestampOf(nowMs)],
  });
  return suspended;
}
