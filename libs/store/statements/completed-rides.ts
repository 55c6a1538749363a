import { idFromUuid, uuidOf, type TripId } from '#libs/contracts';
import type { DistanceSource } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { FIRST_UUID, timestampOf } from '../postgres/values.ts';

/**
 * How long before its end a ride may have been requested; later ones are not found. Ids sort by time, so only the
 * partitions of that time are read.
 */
const LONGEST_TRIP = `interval '1 day'`;
/** How far the clocks of two processes may be apart: an id may be of so much later than its trip's end. */
const CLOCK_SKEW = `interval '1 minute'`;

/** A completed ride whose street time is known. */
export interface CompletedRideRow {
  tripId: TripId;
  pickup: { lat: number; lng: number };
  dropoff: { lat: number; lng: number };
  distanceM: number;
  distanceSource: DistanceSource;
  streetS: number;
  toldS: number;
  startedAtMs: number;
  endedAtMs: number;
  endedByOperator: boolean;
  driverWasSilent: boolean;
}

/** A place in the order of completed rides. Without `tripId`, before all rides that ended at that time. */
export interface RidePlace {
  endedAtMs: number;
  tripId?: TripId;
}

type RideRow = Record<string, unknown> & {
  trip_id: string;
  pickup_lat: number;
  pickup_lng: number;
  dropoff_lat: number;
  dropoff_lng: number;
  distance_m: number;
  distance_source: DistanceSource | null;
  street_s: number;
  trip_s: number;
  started_at: number;
  ended_at: number;
  by_operator: boolean | null;
  was_silent: boolean | null;
};

const IS_TIMED = `state = 'completed' AND street_s IS NOT NULL`;
const COLUMNS = `trip_id, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, distance_m, distance_source, street_s, trip_s,
  started_at, ended_at`;

/** Reads the rides after a place that had ended by `untilMs`, in the order of their ends. */
export async function readCompletedRides(
  database: Queryable,
  after: RidePlace,
  untilMs: number,
  limit: number,
): Promise<CompletedRideRow[]> {
  const half = (table: string, alsoThat = ''): string => `
    (SELECT ${COLUMNS} FROM ${table}
     WHERE ${IS_TIMED} AND (ended_at, trip_id) > ($1::timestamptz, $2::uuid) AND ended_at <= $3 ${alsoThat}
     ORDER BY ended_at, trip_id LIMIT $4)`;
  const rows = await database.rows<RideRow>({
    name: 'read-completed-rides',
    text: `
      WITH page AS MATERIALIZED (
        ${half('trip')} UNION ALL ${half('trip_history', idsOf('$1', '$3'))}
        ORDER BY ended_at, trip_id LIMIT $4
      )
      SELECT page.*, facts.* FROM page CROSS JOIN LATERAL (
        SELECT bool_or(type = 'completed' AND event ? 'by') AS by_operator,
          bool_or(type = 'attention_raised') AS was_silent
        FROM trip_event e WHERE e.trip_id = page.trip_id OFFSET 0) facts
      ORDER BY ended_at, trip_id`,
    values: [
      timestampOf(after.endedAtMs),
      after.tripId === undefined ? FIRST_UUID : uuidOf('trip', after.tripId),
      timestampOf(untilMs),
      limit,
    ],
  });
  return rows.map(rideFromRow);
}

/** Leaves only the partitions of trips that ended between two times. The table of trips under way has none. */
function idsOf(from: string, to: string): string {
  return `AND trip_id >= uuid_floor(${from}::timestamptz - ${LONGEST_TRIP})
       AND trip_id < uuid_floor(${to}::timestamptz + ${CLOCK_SKEW})`;
}

function rideFromRow(row: RideRow): CompletedRideRow {
  return {
    tripId: idFromUuid('trip', row.trip_id),
    pickup: { lat: row.pickup_lat, lng: row.pickup_lng },
    dropoff: { lat: row.dropoff_lat, lng: row.dropoff_lng },
    distanceM: row.distance_m,
    distanceSource: row.distance_source ?? 'air',
    streetS: row.street_s,
    toldS: row.trip_s,
    startedAtMs: row.started_at,
    endedAtMs: row.ended_at,
    endedByOperator: row.by_operator ?? false,
    driverWasSilent: row.was_silent ?? false,
  };
}

/** When the oldest of the newest `count` rides since a time ended; that time if there are fewer. */
export async function endOfNewestRides(
  database: Queryable,
  sinceMs: number,
  untilMs: number,
  count: number,
): Promise<number> {
  const half = (table: string, alsoThat = ''): string => `
    (SELECT ended_at FROM ${table}
     WHERE ${IS_TIMED} AND ended_at BETWEEN $1 AND $2 ${alsoThat}
     ORDER BY ended_at DESC, trip_id DESC LIMIT $3)`;
  const rows = await database.rows<{ ended_at: number }>({
    name: 'end-of-newest-rides',
    text: `
      SELECT ended_at FROM (${half('trip')} UNION ALL ${half('trip_history', idsOf('$1', '$2'))}) ends
      ORDER BY ended_at DESC OFFSET $3::bigint - 1 LIMIT 1`,
    values: [timestampOf(sinceMs), timestampOf(untilMs), count],
  });
  return rows[0]?.ended_at ?? sinceMs;
}
