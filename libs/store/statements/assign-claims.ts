import type { Queryable } from '../postgres/database.ts';
import { columnsOf, type DriverTrip } from './release-claims.ts';

/**
 * Binds drivers to trips without any offer: now, or after the trip they are on. Fails where that place is taken too, or
 * a trip has a driver.
 */
export async function assignClaims(transaction: Queryable, pairs: readonly DriverTrip[]): Promise<void> {
  await transaction.rows({
    name: 'assign-claims',
    text: `
      INSERT INTO driver_claim (driver_id, place, trip_id, kind)
      SELECT driver_id, (SELECT count(*) FROM driver_claim AS c WHERE c.driver_id = given.driver_id), trip_id, 'trip'
      FROM unnest($1::uuid[], $2::uuid[]) AS given (driver_id, trip_id)`,
    values: columnsOf(pairs),
  });
}
