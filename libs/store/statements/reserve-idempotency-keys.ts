import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';
import { keyColumns, keyName, type KeyId } from './read-idempotency-keys.ts';

export interface KeyUse extends KeyId {
  requestDigest: string;
  /** When it is used. */
  atMs: number;
  expiresAtMs: number;
}

/**
 * The keys that are new, by {@link keyName}: from now on they are ours. One that another transaction is just using is
 * waited for, in one order by everybody. One that has expired counts as new.
 *
 * A known key's row is locked by the update that its condition prevents. That is a write: this transaction's commit waits
 * for the standby, and with it for what was committed before it. Merely to read an answer would not be enough to give
 * it: it may stand on this server only, where the wait for its own commit was cut short.
 */
export async function reserveIdempotencyKeys(
  transaction: Queryable,
  uses: readonly KeyUse[],
): Promise<Set<string>> {
  const rows = await transaction.rows<{ actor_id: string; key: string }>({
    name: 'reserve-idempotency-keys',
    text: `
      INSERT INTO idempotency_key AS known (actor_id, key, request_digest, expires_at)
      SELECT actor_id, key, request_digest, expires_at
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS u (actor_id, key, request_digest, expires_at)
      ORDER BY actor_id, key
      ON CONFLICT (actor_id, key) DO UPDATE
        SET request_digest = excluded.request_digest, expires_at = excluded.expires_at, response = NULL
        WHERE known.expires_at <= $5
      RETURNING actor_id, key`,
    values: [
      ...keyColumns(uses),
      uses.map(({ requestDigest }) => requestDigest),
      uses.map(({ expiresAtMs }) => timestampOf(expiresAtMs)),
      timestampOf(Math.min(...uses.map(({ atMs }) => atMs))),
    ],
  });
  return new Set(rows.map(({ actor_id, key }) => keyName({ actorUuid: actor_id, key })));
}
