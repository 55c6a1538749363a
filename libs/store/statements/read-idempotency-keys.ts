import type { Queryable } from '../postgres/database.ts';

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
