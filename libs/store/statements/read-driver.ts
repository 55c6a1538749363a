import { uuidOf } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { DRIVER_COLUMNS, driverFromRow, type DriverRow, type RawDriverRow } from '../rows/driver-row.ts';

export async function readDriver(database: Queryable, driverId: string): Promise<DriverRow | undefined> {
  const rows = await database.rows<RawDriverRow>({
    name: 'read-driver',
    text: `SELECT ${DRIVER_COLUMNS} FROM driver WHERE driver_id = $1`,
    values: [uuidOf('driver', driverId)],
  });
  return rows.map(driverFromRow)[0];
}
