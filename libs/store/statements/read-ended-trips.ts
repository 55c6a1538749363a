import { uuidOf } from '#libs/contracts';
import type { Trip } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { TRIP_COLUMNS, tripFromRow, type TripRow } from '../rows/trip-row.ts';

/** Trips that have left for the history; nothing changes them any more. */
export async function readEndedTrips(
  database: Queryable,
  tripIds: readonly string[],
): Promise<Map<string, Trip>> {
  const rows = await database.rows<TripRow>({
    name: 'read-ended-trips',
    text: `
      SELECT ended.* FROM unnest($1::uuid[]) AS wanted (trip_id) CROSS JOIN LATERAL (
        SELECT ${TRIP_COLUMNS} FROM trip_history h WHERE h.trip_id = wanted.trip_id OFFSET 0) ended`,
    values: [tripIds.map((id) => uuidOf('trip', id))],
  });
  return new Map(rows.map(tripFromRow).map((trip) => [trip.tripId, trip]));
}
