import { idFromUuid, uuidOf, type DriverId, type RiderId, type TripId } from '#libs/contracts';
import { isTerminal, type Trip, type TripState } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { LAST_UUID, timestampOf } from '../postgres/values.ts';
import { TRIP_COLUMNS, tripFromRow, type TripRow } from '../rows/trip-row.ts';

/**
 * How many trips one page may look at, with those that do not match. The history has no index by state or driver, so a
 * rare state would else read all of it.
 */
export const MAX_TRIPS_LOOKED_AT = 10_000;

/** Which trips an operator looks for; undefined members do not matter. */
export interface TripFilter {
  riderId: RiderId | undefined;
  /** The trip's driver, or the one who is asked. */
  driverId: DriverId | undefined;
  state: TripState | undefined;
  needsAttention: boolean;
  /** Only trips requested at this time or later. */
  requestedFromMs?: number | undefined;
  /** Only trips requested before this time. */
  requestedToMs?: number | undefined;
}

export interface FoundTrips {
  trips: Trip[];
  /** Where the next page begins; null after the last trip. A page may be short, or empty, and have a next one. */
  after: TripId | null;
}

const MATCHES = `
  ($2::uuid IS NULL OR rider_id = $2) AND ($3::text IS NULL OR $3 IN (driver ->> 'driverId', offer ->> 'driverId'))
  AND ($4::text IS NULL OR state = $4) AND (NOT $5::boolean OR attention IS NOT NULL)
  AND ($7::timestamptz IS NULL OR requested_at >= $7) AND ($8::timestamptz IS NULL OR requested_at < $8)`;

/** Finds trips, newest first (ids sort by time), after the last one looked at by the page before. */
export async function findTrips(
  database: Queryable,
  filter: TripFilter,
  after: TripId | undefined,
  limit: number,
  maxLookedAt = MAX_TRIPS_LOOKED_AT,
): Promise<FoundTrips> {
  const { riderId, driverId = null, state = null, needsAttention, requestedFromMs, requestedToMs } = filter;
  const values = [
    after === undefined ? LAST_UUID : uuidOf('trip', after),
    riderId === undefined ? null : uuidOf('rider', riderId),
    driverId,
    state,
    needsAttention,
    limit + 1,
    requestedFromMs === undefined ? null : timestampOf(requestedFromMs),
    requestedToMs === undefined ? null : timestampOf(requestedToMs),
  ];
  const isUnderWay = needsAttention || (state !== null && !isTerminal(state));
  return isUnderWay
    ? findUnderWay(database, values, limit)
    : findAmongAll(database, values, maxLookedAt, limit, riderId !== undefined);
}

/** Reads only the small table of trips under way, without a bound. */
async function findUnderWay(
  database: Queryable,
  values: readonly unknown[],
  limit: number,
): Promise<FoundTrips> {
  const rows = await database.rows<TripRow>({
    name: 'find-trips-under-way',
    text: `SELECT ${TRIP_COLUMNS} FROM trip WHERE trip_id < $1 AND ${MATCHES} ORDER BY trip_id DESC LIMIT $6`,
    values: [...values],
  });
  const trips = rows.slice(0, limit).map(tripFromRow);
  return { trips, after: rows.length > limit ? (trips.at(-1)?.tripId ?? null) : null };
}

type LookedAt = { looked_at: number; oldest: string | null } & (TripRow | { trip_id: null });

async function findAmongAll(
  database: Queryable,
  values: readonly unknown[],
  maxLookedAt: number,
  limit: number,
  isOfRider: boolean,
): Promise<FoundTrips> {
  const half = (table: string): string => `
    (SELECT ${TRIP_COLUMNS} FROM ${table} WHERE trip_id < $1 ${isOfRider ? 'AND rider_id = $2' : ''}
     ORDER BY trip_id DESC LIMIT $9)`;
  const rows = await database.rows<LookedAt>({
    name: isOfRider ? 'find-trips-of-rider' : 'find-trips',
    text: `
      WITH seen AS MATERIALIZED (
        ${half('trip')} UNION ALL ${half('trip_history')} ORDER BY trip_id DESC LIMIT $9
      )
      SELECT found.*, (SELECT count(*)::integer FROM seen) AS looked_at,
        (SELECT trip_id FROM seen ORDER BY trip_id LIMIT 1) AS oldest
      FROM (VALUES (1)) AS always
      LEFT JOIN (SELECT * FROM seen WHERE ${MATCHES} ORDER BY trip_id DESC LIMIT $6) AS found ON true
      ORDER BY found.trip_id DESC`,
    values: [...values, maxLookedAt],
  });
  const found = rows.flatMap((row) => (row.trip_id === null ? [] : [tripFromRow(row)]));
  const trips = found.slice(0, limit);
  if (found.length > limit) return { trips, after: trips.at(-1)?.tripId ?? null };
  const { looked_at: lookedAt = 0, oldest = null } = rows[0] ?? {};
  const isEnd = lookedAt < maxLookedAt || oldest === null;
  return { trips, after: isEnd ? null : idFromUuid('trip', oldest) };
}
