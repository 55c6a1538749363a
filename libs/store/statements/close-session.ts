import { uuidOf } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';
import { DRIVER_COLUMNS, driverFromRow, type DriverRow, type RawDriverRow } from '../rows/driver-row.ts';

/** The (locked) driver goes offline. */
export async function closeSession(
  transaction: Queryable,
  driverId: string,
  atMs: number,
): Promise<DriverRow | undefined> {
  const rows = await transaction.rows<RawDriverRow>({
    name: 'close-session',
    text: `
      UPDATE driver SET online = false, version = version + 1, changed_at = $2
      WHERE driver_id = $1 RETURNING ${DRIVER_COLUMNS}`,
    values: [uuidOf('driver', driverId), timestampOf(atMs)],
  });
  return rows.map(driverFromRow)[0];
}
