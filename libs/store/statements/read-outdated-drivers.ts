import { idFromUuid, uuidOf, type DriverId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** Those of the drivers whose version is above the one that is known. */
export async function readOutdatedDrivers(
  database: Queryable,
  known: readonly { driverId: string; version: number }[],
): Promise<DriverId[]> {
  const rows = await database.rows<{ driver_id: string }>({
    name: 'outdated-drivers',
    text: `
      SELECT driver.driver_id
      FROM unnest($1::uuid[], $2::bigint[]) AS known (driver_id, version)
      JOIN driver ON driver.driver_id = known.driver_id AND driver.version > known.version`,
    values: [known.map(({ driverId }) => uuidOf('driver', driverId)), known.map(({ version }) => version)],
  });
  return rows.map(({ driver_id }) => idFromUuid('driver', driver_id));
}
