import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

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

/** A key belongs to whoever used it. */
export interface KeyId {
  actorUuid: string;
  key: string;
}

export interface KnownKey {
  requestDigest: string;
  response: unknown;
}

/** Names a key among those of all actors. */
export function keyName({ actorUuid, key }: KeyId): string {
  return `${actorUuid} ${key}`;
}

/** What these keys stand for, by {@link keyName}. */
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
