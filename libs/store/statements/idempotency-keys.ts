import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

export interface KeyUse extends KeyId {
  requestDigest: string;
  /** When the key is used, service time. */
  atMs: number;
  expiresAtMs: number;
}

/**
 * Reserves the keys that are new, and returns them by {@link keyName}. Waits for other transactions that use one of the
 * keys, in the same order everywhere. An expired key counts as new.
 *
 * A known key's row is locked even though the condition prevents its update. The lock is a write, so this transaction's
 * commit waits for the standby, and for all commits before it. A plain read of the answer would not do: the answer may be on
 * this server only, if the wait of its own commit was cut short.
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

/** A key, which belongs to the actor that used it. */
export interface KeyId {
  actorUuid: string;
  key: string;
}

export interface KnownKey {
  requestDigest: string;
  response: unknown;
}

/** A name of the key that is unique over all actors. */
export function keyName({ actorUuid, key }: KeyId): string {
  return `${actorUuid} ${key}`;
}

/** Reads the requests and answers under these keys, by {@link keyName}. */
export async function readIdempotencyKeys(
  transaction: Queryable,
  keys: readonly KeyId[],
): Promise<Map<string, KnownKey>> {
  const rows = await transaction.rows<{
    actor_id: string;
    key: string;
    request_digest: string;
    response: unknown;
  }>({
    name: 'read-idempotency-keys',
    text: `
      SELECT actor_id, key, request_digest, response
      FROM idempotency_key JOIN unnest($1::uuid[], $2::text[]) AS wanted (actor_id, key) USING (actor_id, key)`,
    values: keyColumns(keys),
  });
  return new Map(
    rows.map(({ actor_id, key, request_digest, response }) => [
      keyName({ actorUuid: actor_id, key }),
      { requestDigest: request_digest, response },
    ]),
  );
}

/** Keys as two arrays, of UUIDs and of texts. */
export function keyColumns(keys: readonly KeyId[]): [string[], string[]] {
  return [keys.map(({ actorUuid }) => actorUuid), keys.map(({ key }) => key)];
}

export interface KeyResponse extends KeyId {
  response: unknown;
}

/** Stores the answers under the keys. */
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

/** Releases the reserved keys of refused requests. */
export async function releaseIdempotencyKeys(transaction: Queryable, keys: readonly KeyId[]): Promise<void> {
  await transaction.rows({
    name: 'release-idempotency-keys',
    text: `
      DELETE FROM idempotency_key AS known USING unnest($1::uuid[], $2::text[]) AS unused (actor_id, key)
      WHERE known.actor_id = unused.actor_id AND known.key = unused.key`,
    values: keyColumns(keys),
  });
}

/** Deletes at most `limit` expired keys; returns how many. */
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
