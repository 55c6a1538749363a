import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/** Removes at most `limit` expired keys; says how many. */
export async function purgeIdempotencyKeys(
  database: Queryable,
  atMs: number,
  limit: number,
): Promise<number> {
  const rows = await database.rows({
    name: 'purge-idempotency-keys',
    text: `
      DELETE FROM idempotency_key WHERE (actor_id, key) IN (
        SELECT actor_id, key FROM idempotency_key WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
      RETURNING actor_id`,
    values: [timestampOf(atMs), limit],
  });
  return rows.length;
}
