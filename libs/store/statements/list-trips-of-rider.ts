import { uuidOf, type RiderId, type TripId } from '#libs/contracts';
import type { Trip } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { TRIP_COLUMNS, tripFromRow, type TripRow } from '../rows/trip-row.ts';

/** Newest first (ids sort by time), after the last trip of the page before. */
export async function listTripsOfRider(
  database: Queryable,
  riderId: RiderId,
  after: TripId | undefined,
  limit: number,
): Promise<Trip[]> {
  const rows = await database.rows<TripRow>({
    name: 'list-trips-of-rider',
    text: `
      SELECT ${TRIP_COLUMNS} FROM trip
      WHERE rider_id = $1 AND ($2::uuid IS NULL OR trip_id < $2)
      ORDER BY trip_id DESC LIMIT $3`,
    values: [uuidOf('rider', riderId), after === undefined ? null : uuidOf('trip', after), limit],
  });
  return rows.map(tripFromRow);
}
