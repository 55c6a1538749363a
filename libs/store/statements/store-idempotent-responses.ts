import type { Queryable } from '../postgres/database.ts';
import { keyColumns, type KeyId } from './read-idempotency-keys.ts';

export interface KeyResponse extends KeyId {
  response: unknown;
}

/** The answers that the keys give from now on. */
export async function storeIdempotentResponses(
  transaction: Queryable,
  responses: readonly KeyResponse[],
): Promise<void> {
  await transaction.rows({
    name: 'store-idempotent-responses',
    text: `
      UPDATE idempotency_key AS known SET response = given.response
      FROM unnest($1::uuid[], $2::text[], $3::jsonb[]) AS given (actor_id, key, response)
      WHERE known.actor_id = given.actor_id AND known.key = given.key`,
    values: [...keyColumns(responses), responses.map(({ response }) => JSON.stringify(response))],
  });
}
