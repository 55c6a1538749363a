import { idFromUuid, type WebhookId } from '#libs/contracts';
import type { Queryable } from '../../postgres/database.ts';
import { timestampOf } from '../../postgres/values.ts';

/** Suspends the webhooks for which more waits than that; says which. */
export async function suspendOverfull(
  database: Queryable,
  maxWaiting: number,
  nowMs: number,
): Promise<WebhookId[]> {
  const rows = await database.rows<{ webhook_id: string }>({
    name: 'suspend-overfull-webhooks',
    text: `
      UPDATE webhook w SET suspended_at = $2
      WHERE suspended_at IS NULL
        AND (SELECT count(*) FROM (
          SELECT FROM webhook_delivery d WHERE d.webhook_id = w.webhook_id LIMIT $1 + 1) waiting) > $1
      RETURNING webhook_id`,
    values: [maxWaiting, timestampOf(nowMs)],
  });
  return rows.map(({ webhook_id }) => idFromUuid('webhook', webhook_id));
}

/** Forgets how far trips had come that have not moved since, and of which nothing waits; says how many lanes went. */
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
