import { idFromUuid, uuidOf, type WebhookId, type WebhookSuspension } from '#libs/contracts';
import type { TripEventType } from '#libs/trip';
import type { Queryable } from '../../postgres/database.ts';
import { timestampOf } from '../../postgres/values.ts';

export interface NewWebhook {
  webhookId: WebhookId;
  url: string;
  /** Null for all types. */
  eventTypes: readonly TripEventType[] | null;
  createdAtMs: number;
}

export interface WebhookRow {
  webhookId: WebhookId;
  url: string;
  eventTypes: TripEventType[] | null;
  createdAtMs: number;
  suspendedAtMs: number | null;
  suspendedReason: WebhookSuspension | null;
  suspendedError: string | null;
  /** Until then the endpoint asked not to be called; may be past. */
  heldUntilMs: number | null;
  /** Whether events of a suspension are still to be taken in. */
  catchesUp: boolean;
  waiting: number;
  deadLetters: number;
  /** Oldest first; empty until `trips` has sealed the secret of an older version. */
  secrets: SecretRow[];
}

/** What is known of a secret that cannot be opened here. */
interface SecretRow {
  fingerprint: string;
  keyId: string;
  madeAtMs: number;
  /** Null: signs for good. May be past. */
  expiresAtMs: number | null;
}

interface Row extends Record<string, unknown> {
  webhook_id: string;
  url: string;
  event_types: TripEventType[] | null;
  created_at: number;
  suspended_at: number | null;
  suspended_reason: WebhookSuspension | null;
  suspended_error: string | null;
  held_until: number | null;
  catches_up: boolean;
  waiting: number;
  dead_letters: number;
  secrets: { fingerprint: string; key_id: string; made_at_ms: number; expires_at_ms: number | null }[];
}

/** Inserts a webhook; false if there are `max` already. */
export async function insertWebhook(database: Queryable, webhook: NewWebhook, max: number): Promise<boolean> {
  const { webhookId, url, eventTypes, createdAtMs } = webhook;
  const rows = await database.rows({
    name: 'insert-webhook',
    text: `
      INSERT INTO webhook (webhook_id, url, event_types, created_at)
      SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM webhook) < $5
      RETURNING webhook_id`,
    values: [uuidOf('webhook', webhookId), url, eventTypes, timestampOf(createdAtMs), max],
  });
  return rows.length === 1;
}

export async function hasWebhooks(database: Queryable): Promise<boolean> {
  const rows = await database.rows({ name: 'has-webhooks', text: 'SELECT FROM webhook LIMIT 1', values: [] });
  return rows.length > 0;
}

/** Reads all webhooks, or the given one. */
export async function readWebhooks(database: Queryable, webhookId?: WebhookId): Promise<WebhookRow[]> {
  const rows = await database.rows<Row>({
    name: 'read-webhooks',
    text: `
      SELECT webhook_id, url, event_types, created_at, suspended_at, suspended_error, held_until,
        catch_up_after IS NOT NULL AS catches_up,
        CASE WHEN suspended_at IS NOT NULL THEN coalesce(suspended_reason, 'too_many_waiting') END AS suspended_reason,
        (SELECT count(*)::integer FROM webhook_delivery d WHERE d.webhook_id = w.webhook_id) AS waiting,
        (SELECT count(*)::integer FROM webhook_delivery d WHERE d.webhook_id = w.webhook_id AND dead_at IS NOT NULL)
          AS dead_letters,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('key_id', key_id, 'fingerprint', fingerprint,
            'made_at_ms', floor(extract(epoch FROM made_at) * 1000),
            'expires_at_ms', floor(extract(epoch FROM expires_at) * 1000)) ORDER BY number), '[]')
          FROM webhook_secret s WHERE s.webhook_id = w.webhook_id) AS secrets
      FROM webhook w WHERE $1::uuid IS NULL OR webhook_id = $1 ORDER BY created_at, webhook_id`,
    values: [webhookId === undefined ? null : uuidOf('webhook', webhookId)],
  });
  return rows.map((row) => ({
    webhookId: idFromUuid('webhook', row.webhook_id),
    url: row.url,
    eventTypes: row.event_types,
    createdAtMs: row.created_at,
    suspendedAtMs: row.suspended_at,
    suspendedReason: row.suspended_reason,
    suspendedError: row.suspended_error,
    heldUntilMs: row.held_until,
    catchesUp: row.catches_up,
    waiting: row.waiting,
    deadLetters: row.dead_letters,
    secrets: row.secrets.map(({ fingerprint, key_id, made_at_ms, expires_at_ms }) => ({
      fingerprint,
      keyId: key_id,
      madeAtMs: made_at_ms,
      expiresAtMs: expires_at_ms,
    })),
  }));
}

export async function deleteWebhookRow(database: Queryable, webhookId: WebhookId): Promise<void> {
  await database.rows({
    name: 'delete-webhook',
    text: 'DELETE FROM webhook WHERE webhook_id = $1',
    values: [uuidOf('webhook', webhookId)],
  });
}

/** Suspends webhooks with more than `maxWaiting` waiting deliveries; returns them. */
export async function suspendOverfull(
  database: Queryable,
  maxWaiting: number,
  nowMs: number,
): Promise<WebhookId[]> {
  const rows = await database.rows<{ webhook_id: string }>({
    name: 'suspend-overfull-webhooks',
    text: `
      UPDATE webhook w SET is_full = true, suspended_at = coalesce(suspended_at, $2),
        suspended_reason = coalesce(suspended_reason, 'too_many_waiting')
      WHERE NOT is_full
        AND (SELECT count(*) FROM (
          SELECT FROM webhook_delivery d WHERE d.webhook_id = w.webhook_id LIMIT $1 + 1) waiting) > $1
      RETURNING webhook_id`,
    values: [maxWaiting, timestampOf(nowMs)],
  });
  return rows.map(({ webhook_id }) => idFromUuid('webhook', webhook_id));
}

/** Deletes at most `limit` lanes that have not changed since `beforeMs` and have no deliveries; returns how many. */
export async function purgeWebhookLanes(
  database: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const rows = await database.rows({
    name: 'purge-webhook-lanes',
    text: `
      DELETE FROM webhook_lane WHERE (webhook_id, trip_id) IN (
        SELECT webhook_id, trip_id FROM webhook_lane lane
        WHERE changed_at < $1 AND NOT EXISTS (
          SELECT FROM webhook_delivery d WHERE d.webhook_id = lane.webhook_id AND d.trip_id = lane.trip_id)
        ORDER BY changed_at LIMIT $2 FOR UPDATE SKIP LOCKED)
      RETURNING trip_id`,
    values: [timestampOf(beforeMs), limit],
  });
  return rows.length;
}
