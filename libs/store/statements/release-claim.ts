import { uuidOf } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** The driver is free of the trip. False where it had no claim on it. */
export async function releaseClaim(
  transaction: Queryable,
  driverId: string,
  tripId: string,
): Promise<boolean> {
  const rows = await transaction.rows({
    name: 'release-claim',
    text: `DELETE FROM driver_claim WHERE driver_id = $1 AND trip_id = $2 RETURNING driver_id`,
    values: [uuidOf('driver', driverId), uuidOf('trip', tripId)],
  });
  return rows.length === 1;
}
