import { uuidOf, type DeliveryReport, type WebhookId, type WebhookSuspension } from '#libs/contracts';
import type { Queryable } from '../../postgres/database.ts';
import { timestampOf } from '../../postgres/values.ts';

export interface SuspendedWebhook {
  webhookId: WebhookId;
  reason: WebhookSuspension;
  error: string | null;
}

/**
 * Records what answers say about the webhook itself, and returns the webhooks that this suspends. One that is gone is
 * suspended at once; one that refuses as soon as a delivery is given up and the webhook has had no success during that
 * delivery's attempts, so that one bad message does not stop the others. Locks the webhooks: runs before their lanes are locked.
 */
export async function noteAnswers(
  transaction: Queryable,
  reports: readonly DeliveryReport[],
  nowMs: number,
): Promise<SuspendedWebhook[]> {
  const webhookIds = [...new Set(reports.map(({ webhook_id }) => webhook_id))].toSorted();
  const suspended: SuspendedWebhook[] = [];
  for (const webhookId of webhookIds) {
    const own = reports.filter(({ webhook_id }) => webhook_id === webhookId);
    suspended.push(...(await noteAnswersOf(transaction, webhookId, own, nowMs)));
  }
  return suspended;
}

async function noteAnswersOf(
  transaction: Queryable,
  webhookId: WebhookId,
  reports: readonly DeliveryReport[],
  nowMs: number,
): Promise<SuspendedWebhook[]> {
  const refused = reports.filter(({ refusal }) => refusal === 'refused');
  const gone = reports.find(({ refusal }) => refusal === 'gone');
  const givenUp = refused.filter(({ outcome }) => outcome === 'dead').map(({ attempt }) => attempt);
  const rows = await transaction.rows<{
    suspended_reason: WebhookSuspension;
    suspended_error: string | null;
    is_news: boolean;
  }>({
    name: 'note-webhook-answers',
    text: `
      WITH before AS (
        SELECT webhook_id, suspended_reason, CASE
          WHEN $6::boolean THEN 'gone'
          WHEN suspended_reason IN ('gone', 'refused') THEN suspended_reason
          WHEN NOT $3::boolean AND refusals + $4::bigint >= $5::bigint THEN 'refused'
          ELSE suspended_reason END AS reason
        FROM webhook
        WHERE webhook_id = $1 AND ($3 AND refusals > 0 OR $4 > 0 OR $6 OR $8::timestamptz > coalesce(held_until, '-infinity'::timestamptz))
        FOR NO KEY UPDATE
      )
      UPDATE webhook w SET refusals = CASE WHEN $3 THEN 0 ELSE refusals + $4 END,
        held_until = greatest(held_until, $8::timestamptz),
        suspended_reason = reason,
        suspended_at = CASE WHEN reason IS NULL THEN w.suspended_at ELSE coalesce(w.suspended_at, $2::timestamptz) END,
        suspended_error = CASE WHEN reason IS DISTINCT FROM before.suspended_reason THEN $7::text ELSE w.suspended_error END
      FROM before WHERE w.webhook_id = before.webhook_id
      RETURNING w.suspended_reason, w.suspended_error, reason IS DISTINCT FROM before.suspended_reason AS is_news`,
    values: [
      uuidOf('webhook', webhookId),
      timestampOf(nowMs),
      reports.some(({ outcome }) => outcome === 'delivered'),
      refused.length,
      givenUp.length === 0 ? null : Math.min(...givenUp),
      gone !== undefined,
      (gone ?? refused.at(-1))?.error ?? null,
      holdOf(reports, nowMs),
    ],
  });
  return rows.flatMap(({ suspended_reason: reason, suspended_error: error, is_news }) =>
    is_news ? [{ webhookId, reason, error }] : [],
  );
}

/** Until when the endpoint asked not to be called; null: it did not. */
function holdOf(reports: readonly DeliveryReport[], nowMs: number): string | null {
  const holdMs = Math.max(...reports.map(({ hold_ms = 0 }) => hold_ms));
  return holdMs > 0 ? timestampOf(nowMs + holdMs) : null;
}
