import type { ClaimCommand } from '#libs/ownership';
import type { Queryable } from '../postgres/database.ts';
import { cellToBigint, timestampOf } from '../postgres/values.ts';

/** Carries out the commands whose seen epoch still holds and returns their shards. */
export async function claimShards(
  transaction: Queryable,
  commands: readonly ClaimCommand[],
  atMs: number,
): Promise<string[]> {
  const rows = await transaction.rows<{ shard: string }>({
    name: 'claim-shards',
    text: `
      WITH wanted AS (
        SELECT * FROM jsonb_to_recordset($1::jsonb) AS w (cell bigint, owner text, epoch bigint, seen_epoch bigint)
      ), moved AS (
        UPDATE shard s SET owner = w.owner, epoch = w.epoch, changed_at = $2
        FROM wanted w WHERE s.cell = w.cell AND s.epoch = w.seen_epoch
        RETURNING s.cell
      ), added AS (
        INSERT INTO shard (cell, epoch, owner, changed_at)
        SELECT cell, epoch, owner, $2 FROM wanted WHERE seen_epoch IS NULL
        ON CONFLICT DO NOTHING RETURNING cell
      )
      SELECT to_hex(cell) AS shard FROM moved UNION ALL SELECT to_hex(cell) FROM added`,
    values: [
      JSON.stringify(
        commands.map(({ shard, owner, epoch, seenEpoch }) => ({
          cell: cellToBigint(shard),
          owner,
          epoch,
          seen_epoch: seenEpoch,
        })),
      ),
      timestampOf(atMs),
    ],
  });
  return rows.map(({ shard }) => shard);
}
