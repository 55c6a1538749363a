import type { Queryable } from '../postgres/database.ts';

/**
 * Raises the version and the session of every driver: what is known of one elsewhere is older than the row, whatever it
 * was. Their apps go online again, under a session of its own number. Returns how many there are.
 */
export async function raiseDrivers(transaction: Queryable, step: number): Promise<number> {
  const rows = await transaction.rows({
    name: 'raise-drivers',
    text: `
      WITH locked AS (
        SELECT driver_id FROM driver ORDER BY driver_id FOR UPDATE
      )
      UPDATE driver AS d SET version = d.version + $1, session = d.session + $1 FROM locked
      WHERE d.driver_id = locked.driver_id
      RETURNING d.driver_id`,
    values: [step],
  });
  return rows.length;
}
