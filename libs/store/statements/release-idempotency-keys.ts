import type { Queryable } from '../postgres/database.ts';
import { keyColumns, type KeyId } from './read-idempotency-keys.ts';

/** Keys that were reserved for nothing: what was asked for under them was refused. */
export async function releaseIdempotencyKeys(transaction: Queryable, keys: readonly KeyId[]): Promise<void> {
  await transaction.rows({
    name: 'release-idempotency-keys',
    text: `
      DELETE FROM idempotency_key AS known USING unnest($1::uuid[], $2::text[]) AS unused (actor_id, key)
      WHERE known.actor_id = unused.actor_id AND known.key = unused.key`,
    values: keyColumns(keys),
  });
}
