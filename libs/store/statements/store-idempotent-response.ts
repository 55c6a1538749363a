import type { Queryable } from '../postgres/database.ts';

/** The answer that the key gives from now on. */
export async function storeIdempotentResponse(
  transaction: Queryable,
  actorUuid: string,
  key: string,
  response: unknown,
): Promise<void> {
  await transaction.rows({
    name: 'store-idempotent-response',
    text: `UPDATE idempotency_key SET response = $3 WHERE actor_id = $1 AND key = $2`,
    values: [actorUuid, key, JSON.stringify(response)],
  });
}
