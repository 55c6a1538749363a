import { uuidOf } from '#libs/contracts';
import type { Trip } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { TRIP_COLUMNS, tripFromRow, type TripRow } from '../rows/trip-row.ts';

/** A trip under way, or one that is over. */
export async function readTrip(database: Queryable, tripId: string): Promise<Trip | undefined> {
  const rows = await database.rows<TripRow>({
    name: 'read-trip',
    text: `SELECT ${TRIP_COLUMNS} FROM any_trip WHERE trip_id = $1`,
    values: [uuidOf('trip', tripId)],
  });
  return rows.map(tripFromRow)[0];
}
