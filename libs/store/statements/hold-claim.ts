import { uuidOf } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** The offer's claim becomes the trip's. False where the driver has no such claim. */
export async function holdClaim(transaction: Queryable, driverId: string, tripId: string): Promise<boolean> {
  const rows = await transaction.rows({
    name: 'hold-claim',
    text: `
      UPDATE driver_claim SET kind = 'trip', expires_at = NULL
      WHERE driver_id = $1 AND trip_id = $2 AND kind = 'offer' RETURNING driver_id`,
    values: [uuidOf('driver', driverId), uuidOf('trip', tripId)],
  });
  return rows.length === 1;
}
