import type { Queryable } from '../postgres/database.ts';
import { cellToBigint } from '../postgres/values.ts';

/** A shard whose row is locked. A retired one has no owner. */
export interface LockedShard {
  epoch: number;
  owner: string | null;
}

/**
 * The epoch and owner of shards, which cannot change before this transaction ends: FOR SHARE blocks the update of the
 * epoch (FOR KEY SHARE would not), and lets other commits under the same epoch pass.
 */
export async function lockShardEpochs(
  transaction: Queryable,
  shards: readonly string[],
): Promise<Map<string, LockedShard>> {
  const rows = await transaction.rows<{ shard: string; epoch: number; owner: string | null }>({
    name: 'lock-shard-epochs',
    text: `
      SELECT to_hex(cell) AS shard, epoch, owner FROM shard
      WHERE cell = ANY ($1::bigint[]) ORDER BY cell FOR SHARE`,
    values: [shards.map(cellToBigint)],
  });
  return new Map(rows.map(({ shard, epoch, owner }) => [shard, { epoch, owner }]));
}
