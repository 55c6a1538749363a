import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

export interface KeyUse {
  actorUuid: string;
  key: string;
  requestDigest: string;
}

/**
 * True where the key is new and from now on ours. A key that another transaction is just using is waited for. One
 * that has expired counts as new.
 */
export async function reserveIdempotencyKey(
  transaction: Queryable,
  use: KeyUse,
  atMs: number,
  expiresAtMs: number,
): Promise<boolean> {
  const rows = await transaction.rows({
    name: 'reserve-idempotency-key',
    text: `
      INSERT INTO idempotency_key AS known (actor_id, key, request_digest, expires_at) VALUES ($1, $2, $3, $5)
      ON CONFLICT (actor_id, key) DO UPDATE
        SET request_digest = excluded.request_digest, expires_at = excluded.expires_at, response = NULL
        WHERE known.expires_at <= $4
      RETURNING actor_id`,
    values: [use.actorUuid, use.key, use.requestDigest, timestampOf(atMs), timestampOf(expiresAtMs)],
  });
  return rows.length === 1;
}
