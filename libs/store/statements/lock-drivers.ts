import { uuidOf } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { DRIVER_COLUMNS, driverFromRow, type DriverRow, type RawDriverRow } from '../rows/driver-row.ts';

/**
 * Drivers by id, locked in the order of their ids; always after their trips. Whoever holds this lock may change the
 * claim.
 */
export async function lockDrivers(
  transaction: Queryable,
  driverIds: readonly string[],
): Promise<Map<string, DriverRow>> {
  const rows = await transaction.rows<RawDriverRow>({
    name: 'lock-drivers',
    text: `SELECT ${DRIVER_COLUMNS} FROM driver WHERE driver_id = ANY ($1::uuid[]) ORDER BY driver_id FOR UPDATE`,
    values: [driverIds.map((id) => uuidOf('driver', id))],
  });
  return new Map(rows.map(driverFromRow).map((driver) => [driver.driverId, driver]));
}
