import { idFromUuid, type DriverId, type Product, type Vehicle } from '#libs/contracts';

/** A driver's session row. */
export interface DriverRow {
  driverId: DriverId;
  session: number;
  online: boolean;
  product: Product;
  vehicle: Vehicle;
  version: number;
}

/** Columns of `driver` as every statement that reads one selects them. */
export const DRIVER_COLUMNS = 'driver_id, session, online, product, vehicle, version';

/** A row of `driver` as Postgres gives it. */
export type RawDriverRow = Omit<DriverRow, 'driverId'> & { driver_id: string };

export function driverFromRow({ driver_id, ...row }: RawDriverRow): DriverRow {
  return { ...row, driverId: idFromUuid('driver', driver_id) };
}
