import type { ShardCommand } from '#libs/ownership';
import type { Queryable } from '../postgres/database.ts';
import { cellToBigint, timestampOf } from '../postgres/values.ts';

/**
 * Carries out the commands whose seen epoch still holds, with a line in the history for each, and returns their shards.
 * The rows are locked in the order of the cells first, as offers lock them: an update alone would lock them in any order.
 *
 * @param term the planner's; null for a matcher that renews what it has
 */
export async function claimShards(
  transaction: Queryable,
  commands: readonly ShardCommand[],
  term: number | null,
  atMs: number,
): Promise<string[]> {
  if (commands.length === 0) return [];
  await transaction.rows({
    name: 'lock-shards',
    text: 'SELECT FROM shard WHERE cell = ANY ($1::bigint[]) ORDER BY cell FOR UPDATE',
    values: [commands.map(({ shard }) => cellToBigint(shard))],
  });
  const rows = await transaction.rows<{ shard: string }>({
    name: 'claim-shards',
    text: `
      WITH wanted AS (
        SELECT * FROM jsonb_to_recordset($1::jsonb)
          AS w (cell bigint, owner text, epoch bigint, seen_epoch bigint, retired boolean, kind text)
      ), moved AS (
        UPDATE shard s SET owner = w.owner, epoch = w.epoch, retired = w.retired, changed_at = $2
        FROM wanted w WHERE s.cell = w.cell AND s.epoch = w.seen_epoch
        RETURNING s.cell
      ), added AS (
        INSERT INTO shard (cell, epoch, owner, retired, changed_at)
        SELECT cell, epoch, owner, retired, $2 FROM wanted WHERE seen_epoch IS NULL
        ON CONFLICT DO NOTHING RETURNING cell
      ), done AS (
        SELECT cell FROM moved UNION ALL SELECT cell FROM added
      ), noted AS (
        INSERT INTO shard_change (cell, epoch, owner, retired, kind, term, at)
        SELECT cell, epoch, owner, retired, kind, $3, $2 FROM wanted WHERE cell IN (SELECT cell FROM done)
      )
      SELECT to_hex(cell) AS shard FROM done`,
    values: [
      JSON.stringify(
        commands.map(({ shard, owner, epoch, seenEpoch, retired, kind }) => ({
          cell: cellToBigint(shard),
          owner,
          epoch,
          seen_epoch: seenEpoch,
          retired,
          kind,
        })),
      ),
      timestampOf(atMs),
      term,
    ],
  });
  return rows.map(({ shard }) => shard);
}
