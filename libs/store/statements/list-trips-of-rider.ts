import { uuidOf, type RiderId, type TripId } from '#libs/contracts';
import type { Trip } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { LAST_UUID } from '../postgres/values.ts';
import { TRIP_COLUMNS, tripFromRow, type TripRow } from '../rows/trip-row.ts';

/**
 * Newest first (ids sort by time), after the last trip of the page before. Each half is a walk down an index that ends
 * at the limit; that of the history takes one partition after the other, the newest first.
 */
export async function listTripsOfRider(
  database: Queryable,
  riderId: RiderId,
  after: TripId | undefined,
  limit: number,
): Promise<Trip[]> {
  const rows = await database.rows<TripRow>({
    name: 'list-trips-of-rider',
    text: `
      (SELECT ${TRIP_COLUMNS} FROM trip WHERE rider_id = $1 AND trip_id < $2 ORDER BY trip_id DESC LIMIT $3)
      UNION ALL
      (SELECT ${TRIP_COLUMNS} FROM trip_history WHERE rider_id = $1 AND trip_id < $2 ORDER BY trip_id DESC LIMIT $3)
      ORDER BY trip_id DESC LIMIT $3`,
    values: [uuidOf('rider', riderId), after === undefined ? LAST_UUID : uuidOf('trip', after), limit],
  });
  return rows.map(tripFromRow);
}
