import type { Queryable } from '../postgres/database.ts';

export async function readIdempotencyKey(
  transaction: Queryable,
  actorUuid: string,
  key: string,
): Promise<{ request_digest: string; response: unknown } | undefined> {
  const rows = await transaction.rows<{ request_digest: string; response: unknown }>({
    name: 'read-idempotency-key',
    text: `SELECT request_digest, response FROM idempotency_key WHERE actor_id = $1 AND key = $2`,
    values: [actorUuid, key],
  });
  return rows[0];
}
