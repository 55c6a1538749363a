import type { ShardClaim, ShardRow } from '#libs/ownership';
import type { Queryable } from '../postgres/database.ts';
import { cellToBigint } from '../postgres/values.ts';

/** All claims, in the order of the cells. */
export async function readShards(database: Queryable): Promise<ShardClaim[]> {
  return database.rows<{ shard: string; epoch: number; owner: string | null }>({
    name: 'read-shards',
    text: `SELECT to_hex(cell) AS shard, epoch, owner FROM shard ORDER BY cell`,
    values: [],
  });
}

/** At most `limit` live shards after a cell (undefined: from the first), in the order of the cells. */
export async function readShardPage(
  database: Queryable,
  after: string | undefined,
  limit: number,
): Promise<ShardRow[]> {
  return database.rows<ShardRow & Record<string, unknown>>({
    name: 'read-shard-page',
    text: `
      SELECT to_hex(cell) AS shard, epoch, owner, retired, changed_at AS "changedAtMs" FROM shard
      WHERE cell > $1 AND NOT retired ORDER BY cell LIMIT $2`,
    values: [after === undefined ? '0' : cellToBigint(after), limit],
  });
}

/** The claims of some shards; those that have none are left out. */
export async function readShardsOf(database: Queryable, shards: readonly string[]): Promise<ShardClaim[]> {
  return database.rows<{ shard: string; epoch: number; owner: string | null }>({
    name: 'read-shards-of',
    text: 'SELECT to_hex(cell) AS shard, epoch, owner FROM shard WHERE cell = ANY ($1::bigint[])',
    values: [shards.map(cellToBigint)],
  });
}

/** The claims of one owner. */
export async function readShardsOwnedBy(database: Queryable, owner: string): Promise<ShardClaim[]> {
  return database.rows<{ shard: string; epoch: number; owner: string | null }>({
    name: 'read-shards-owned-by',
    text: 'SELECT to_hex(cell) AS shard, epoch, owner FROM shard WHERE owner = $1 ORDER BY cell',
    values: [owner],
  });
}

/** How many shards each owner has. */
export async function readShardCounts(database: Queryable): Promise<Map<string, number>> {
  const rows = await database.rows<{ owner: string; shards: number }>({
    name: 'read-shard-counts',
    text: 'SELECT owner, count(*)::integer AS shards FROM shard WHERE owner IS NOT NULL GROUP BY owner',
    values: [],
  });
  return new Map(rows.map(({ owner, shards }) => [owner, shards]));
}
