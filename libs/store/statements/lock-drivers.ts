import { idFromUuid, uuidOf, type DriverId, type Product, type Vehicle } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** A driver's session row. */
export interface DriverRow {
  driverId: DriverId;
  session: number;
  online: boolean;
  product: Product;
  vehicle: Vehicle;
  version: number;
}

export const DRIVER_COLUMNS = 'driver_id, session, online, product, vehicle, version';

export type RawDriverRow = Omit<DriverRow, 'driverId'> & { driver_id: string };

export function driverFromRow({ driver_id, ...row }: RawDriverRow): DriverRow {
  return { ...row, driverId: idFromUuid('driver', driver_id) };
}

/** Drivers by id, locked in the order of their ids; always after their trips. Whoever holds this lock may change the claim. */
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
