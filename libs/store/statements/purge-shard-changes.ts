import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/** Removes at most `limit` changes of ownership from before a time; says how many. */
export async function purgeShardChanges(
  database: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const rows = await database.rows({
    name: 'purge-shard-changes',
    text: `
      DELETE FROM shard_change WHERE (cell, epoch) IN (
        SELECT cell, epoch FROM shard_change WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)
      RETURNING epoch`,
    values: [timestampOf(beforeMs), limit],
  });
  return rows.length;
}
