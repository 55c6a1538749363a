import { uuidOf } from '#libs/contracts';
import type { Trip } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { TRIP_COLUMNS, tripFromRow, type TripRow } from '../rows/trip-row.ts';
import { readEndedTrips } from './read-ended-trips.ts';

/**
 * Trips by id, locked until the transaction ends; in the order of their ids, so that two batches never wait in a
 * ring. Those that have left for the history come without a lock: nothing changes them. One that leaves just now is
 * waited for, and found there by the second statement, which sees what was committed meanwhile.
 */
export async function lockTrips(
  transaction: Queryable,
  tripIds: readonly string[],
): Promise<Map<string, Trip>> {
  const rows = await transaction.rows<TripRow>({
    name: 'lock-trips',
    text: `SELECT ${TRIP_COLUMNS} FROM trip WHERE trip_id = ANY ($1::uuid[]) ORDER BY trip_id FOR UPDATE`,
    values: [tripIds.map((id) => uuidOf('trip', id))],
  });
  const locked = new Map<string, Trip>(rows.map(tripFromRow).map((trip) => [trip.tripId, trip]));
  const others = tripIds.filter((id) => !locked.has(id));
  if (others.length === 0) return locked;
  return new Map([...locked, ...(await readEndedTrips(transaction, others))]);
}
