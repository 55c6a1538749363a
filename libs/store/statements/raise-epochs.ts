import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/**
 * Raises the epoch of every shard, retired ones too, by the same step, so that which of them is the newest on its line of
 * descent stays as it is. Owners stay. Returns how many there are.
 */
export async function raiseEpochs(transaction: Queryable, step: number, atMs: number): Promise<number> {
  const rows = await transaction.rows({
    name: 'raise-epochs',
    text: `
      WITH locked AS (
        SELECT cell FROM shard ORDER BY cell FOR UPDATE
      ), raised AS (
        UPDATE shard AS s SET epoch = s.epoch + $1, changed_at = $2 FROM locked WHERE s.cell = locked.cell
        RETURNING s.cell, s.epoch, s.owner, s.retired
      )
      INSERT INTO shard_change (cell, epoch, owner, retired, kind, at)
      SELECT cell, epoch, owner, retired, 'renewed', $2 FROM raised
      RETURNING cell`,
    values: [step, timestampOf(atMs)],
  });
  return rows.length;
}
