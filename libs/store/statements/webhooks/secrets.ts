import { idFromUuid, uuidOf, type WebhookId } from '#libs/contracts';
import type { Queryable } from '../../postgres/database.ts';
import { timestampOf } from '../../postgres/values.ts';

/** A secret that only `webhooks` can open. */
export interface SealedSecret {
  sealed: string;
  /** Of the key that it is sealed with. */
  keyId: string;
  /** Names the secret and does not reveal it. */
  fingerprint: string;
}

/** Inserts the newest secret of a webhook. The caller holds the webhook's row, or has just made it. */
export async function insertWebhookSecret(
  transaction: Queryable,
  webhookId: WebhookId,
  { sealed, keyId, fingerprint }: SealedSecret,
  madeAtMs: number,
): Promise<void> {
  await transaction.rows({
    name: 'insert-webhook-secret',
    text: `
      INSERT INTO webhook_secret (webhook_id, number, sealed, key_id, fingerprint, made_at)
      SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5 FROM webhook_secret WHERE webhook_id = $1`,
    values: [uuidOf('webhook', webhookId), sealed, keyId, fingerprint, timestampOf(madeAtMs)],
  });
}

/**
 * Lets the present secrets of a webhook sign until `untilMs` at most, deletes those that are over, and returns how many are
 * left; undefined if there is no such webhook. Locks the webhook's row: rotations come one after the other.
 */
export async function expireWebhookSecrets(
  transaction: Queryable,
  webhookId: WebhookId,
  untilMs: number,
  nowMs: number,
): Promise<number | undefined> {
  const id = uuidOf('webhook', webhookId);
  const locked = await transaction.rows({
    name: 'lock-webhook',
    text: 'SELECT FROM webhook WHERE webhook_id = $1 FOR UPDATE',
    values: [id],
  });
  if (locked.length === 0) return undefined;
  await transaction.rows({
    name: 'expire-webhook-secrets',
    text: `UPDATE webhook_secret SET expires_at = least(expires_at, $2) WHERE webhook_id = $1`,
    values: [id, timestampOf(untilMs)],
  });
  await transaction.rows({
    name: 'delete-expired-webhook-secrets',
    text: 'DELETE FROM webhook_secret WHERE webhook_id = $1 AND expires_at <= $2',
    values: [id, timestampOf(nowMs)],
  });
  const left = await transaction.rows({
    name: 'count-webhook-secrets',
    text: 'SELECT FROM webhook_secret WHERE webhook_id = $1',
    values: [id],
  });
  return left.length;
}

/** Deletes the secrets of all webhooks that sign no more. There are few: each webhook has a bounded number. */
export async function purgeWebhookSecrets(database: Queryable, nowMs: number): Promise<void> {
  await database.rows({
    name: 'purge-webhook-secrets',
    text: 'DELETE FROM webhook_secret WHERE expires_at <= $1',
    values: [timestampOf(nowMs)],
  });
}

/** A secret in clear, of a process that is older than the seal. */
interface PlainSecret {
  webhookId: WebhookId;
  secret: string;
}

/** Locks and reads webhooks whose secret is still in clear, `limit` of them at most. */
export async function lockPlainSecrets(transaction: Queryable, limit: number): Promise<PlainSecret[]> {
  const rows = await transaction.rows<{ webhook_id: string; secret: string }>({
    name: 'lock-plain-secrets',
    text: `
      SELECT webhook_id, secret FROM webhook WHERE secret IS NOT NULL
      ORDER BY webhook_id LIMIT $1 FOR UPDATE SKIP LOCKED`,
    values: [limit],
  });
  return rows.map(({ webhook_id, secret }) => ({ webhookId: idFromUuid('webhook', webhook_id), secret }));
}

/** Removes secrets in clear, also from the answers that are kept under the idempotency keys of operators. */
export async function forgetPlainSecrets(
  transaction: Queryable,
  webhookIds: readonly WebhookId[],
): Promise<void> {
  await transaction.rows({
    name: 'forget-plain-secrets',
    text: 'UPDATE webhook SET secret = NULL WHERE webhook_id = ANY ($1::uuid[])',
    values: [webhookIds.map((webhookId) => uuidOf('webhook', webhookId))],
  });
  await transaction.rows({
    name: 'forget-answered-secrets',
    text: `
      UPDATE idempotency_key SET response = response - 'secret'
      WHERE response ->> 'secret' LIKE 'whsec\\_%' AND response ? 'webhook_id'`,
    values: [],
  });
}
