import type { Queryable } from '../postgres/database.ts';
import { columnsOf, type DriverTrip } from './release-claims.ts';

/** The offers' claims become the trips'. Returns how many there were. */
export async function holdClaims(transaction: Queryable, pairs: readonly DriverTrip[]): Promise<number> {
  const rows = await transaction.rows({
    name: 'hold-claims',
    text: `
      UPDATE driver_claim SET kind = 'trip', expires_at = NULL
      FROM unnest($1::uuid[], $2::uuid[]) AS held (driver_id, trip_id)
      WHERE driver_claim.driver_id = held.driver_id AND driver_claim.trip_id = held.trip_id AND kind = 'offer'
      RETURNING driver_claim.driver_id`,
    values: columnsOf(pairs),
  });
  return rows.length;
}
