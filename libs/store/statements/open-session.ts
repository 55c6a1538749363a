import { uuidOf, type Product, type Vehicle } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';
import { DRIVER_COLUMNS, driverFromRow, type DriverRow, type RawDriverRow } from '../rows/driver-row.ts';

/** The driver goes online: a session of its own number, above all it ever had. */
export async function openSession(
  transaction: Queryable,
  driver: { driverId: string; product: Product; vehicle: Vehicle; atMs: number },
): Promise<DriverRow> {
  const rows = await transaction.rows<RawDriverRow>({
    name: 'open-session',
    text: `
      INSERT INTO driver (driver_id, session, online, product, vehicle, version, changed_at)
      VALUES ($1, 1, true, $2, $3, 1, $4)
      ON CONFLICT (driver_id) DO UPDATE SET session = driver.session + 1, online = true, product = excluded.product,
        vehicle = excluded.vehicle, version = driver.version + 1, changed_at = excluded.changed_at
      RETURNING ${DRIVER_COLUMNS}`,
    values: [
      uuidOf('driver', driver.driverId),
      driver.product,
      JSON.stringify(driver.vehicle),
      timestampOf(driver.atMs),
    ],
  });
  const row = rows[0];
  if (row === undefined) throw new Error('an upsert returns its row');
  return driverFromRow(row);
}
