import type { Queryable } from '../postgres/database.ts';
import { keyColumns, type KeyId } from './read-idempotency-keys.ts';

/**
 * Writes the keys as they are, so that this transaction's commit waits for the standby, and with it for what was
 * committed before it. To read an answer is not enough to give it: it may stand on this server only, where its own commit
 * was not waited for to the end.
 */
export async function confirmIdempotencyKeys(transaction: Queryable, keys: readonly KeyId[]): Promise<void> {
  await transaction.rows({
    name: 'confirm-idempotency-keys',
    text: `
      UPDATE idempotency_key AS known SET expires_at = known.expires_at
      FROM unnest($1::uuid[], $2::text[]) AS used (actor_id, key)
      WHERE known.actor_id = used.actor_id AND known.key = used.key`,
    values: keyColumns(keys),
  });
}
