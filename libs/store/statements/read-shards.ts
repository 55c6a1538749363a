import type { ShardClaim } from '#libs/ownership';
import type { Queryable } from '../postgres/database.ts';

export async function readShards(database: Queryable): Promise<ShardClaim[]> {
  return database.rows<{ shard: string; epoch: number; owner: string | null }>({
    name: 'read-shards',
    text: `SELECT to_hex(cell) AS shard, epoch, owner FROM shard ORDER BY cell`,
    values: [],
  });
}
