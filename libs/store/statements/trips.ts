import { uuidOf, type RiderId, type TripId, idFromUuid } from '#libs/contracts';
import type { Trip } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { TRIP_COLUMNS, tripFromRow, type TripRow } from '../rows/trip-row.ts';
import { readEndedTrips } from './trip-history.ts';
import { LAST_UUID, timestampOf } from '../postgres/values.ts';

/** Reads a trip, under way or ended. */
export async function readTrip(database: Queryable, tripId: string): Promise<Trip | undefined> {
  const rows = await database.rows<TripRow>({
    name: 'read-trip',
    text: `SELECT ${TRIP_COLUMNS} FROM any_trip WHERE trip_id = $1`,
    values: [uuidOf('trip', tripId)],
  });
  return rows.map(tripFromRow)[0];
}

/**
 * Reads trips and locks them until the transaction ends, in the order of their ids, so that two batches cannot deadlock.
 * Trips in the history need no lock, since they do not change. A trip that is being moved there is waited for; the second
 * statement then finds it, because it sees the commits made meanwhile.
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

/**
 * Lists a rider's trips, newest first (ids sort by time), after the last trip of the page before. Each half scans an index
 * up to the limit; that of the history goes through the partitions, newest first.
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

/** A shard's descendants at the resolution of pickup cells, as one inclusive range of integers. */
export interface CellRange {
  lo: string;
  hi: string;
}

/** Reads the trips of these ranges whose rider still waits for a pickup, oldest first; at most `limit`. */
export async function openTrips(
  database: Queryable,
  ranges: readonly CellRange[],
  limit: number,
): Promise<Trip[]> {
  const rows = await database.rows<TripRow>({
    name: 'open-trips',
    text: `
      SELECT ${TRIP_COLUMNS}
      FROM unnest($1::bigint[], $2::bigint[]) AS shard (lo, hi)
      JOIN trip ON trip.pickup_cell BETWEEN shard.lo AND shard.hi AND trip.state IN ('processing', 'accepted')
      ORDER BY requested_at LIMIT $3`,
    values: [ranges.map(({ lo }) => lo), ranges.map(({ hi }) => hi), limit],
  });
  return rows.map(tripFromRow);
}

/** Finds trips without a driver whose search is past its deadline. */
export async function dueSearches(database: Queryable, atMs: number, limit: number): Promise<TripId[]> {
  const rows = await database.rows<{ trip_id: string }>({
    name: 'due-searches',
    text: `
      SELECT trip_id FROM trip
      WHERE state = 'processing' AND offer IS NULL AND search_deadline_at <= $1
      ORDER BY search_deadline_at LIMIT $2`,
    values: [timestampOf(atMs), limit],
  });
  return rows.map((row) => idFromUuid('trip', row.trip_id));
}
