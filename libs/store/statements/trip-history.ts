import { uuidOf } from '#libs/contracts';
import type { Trip } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { TRIP_COLUMNS, tripFromRow, type TripRow, HISTORY_COLUMNS } from '../rows/trip-row.ts';
import { timestampOf } from '../postgres/values.ts';

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

/**
 * Moves at most `limit` trips that were over by then from the small table of trips under way into the history; says how
 * many. Whose quote could still be used stays, since only in that table a quote makes one trip at most; so does, against
 * all expectation, one that binds a driver. Trips that somebody else has locked are passed over.
 */
export async function moveEndedTrips(database: Queryable, endedByMs: number, limit: number): Promise<number> {
  const rows = await database.rows<{ moved: number }>({
    name: 'move-ended-trips',
    text: `
      WITH due AS (
        SELECT trip_id FROM trip t
        WHERE ended_at <= $1
          AND NOT EXISTS (SELECT FROM quote q WHERE q.quote_id = t.quote_id AND q.expires_at > $1)
          AND NOT EXISTS (SELECT FROM driver_claim c WHERE c.trip_id = t.trip_id)
        ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED
      ), gone AS (
        DELETE FROM trip USING due WHERE trip.trip_id = due.trip_id RETURNING trip.*
      ), kept AS (
        INSERT INTO trip_history (${HISTORY_COLUMNS}) SELECT ${HISTORY_COLUMNS} FROM gone RETURNING trip_id
      )
      SELECT count(*)::integer AS moved FROM kept`,
    values: [timestampOf(endedByMs), limit],
  });
  return rows[0]?.moved ?? 0;
}

export interface PartitionPlan {
  widthDays: number;
  /** Whole partitions beyond the one of now. */
  ahead: number;
}

/** Makes the partitions that are missing; says how many. What it does and what it locks: migrations/0008_events_4_partition_job.sql. */
export async function makeHistoryPartitions(
  database: Queryable,
  nowMs: number,
  { widthDays, ahead }: PartitionPlan,
): Promise<number> {
  const rows = await database.rows<{ made: number }>({
    name: 'make-history-partitions',
    text: 'SELECT make_history_partitions($1, make_interval(days => $2), $3) AS made',
    values: [timestampOf(nowMs), widthDays, ahead],
  });
  return rows[0]?.made ?? 0;
}

/** How the history is cut. */
export interface PartitionFigures {
  /** Of trips and of events, with the first and the last ones. */
  attached: number;
  /** In schema `archive`: kept, but not looked at. */
  detached: number;
  /** Until when there are whole partitions of both; undefined where none was made yet. */
  readyUntilMs: number | undefined;
}

export async function readPartitionFigures(database: Queryable): Promise<PartitionFigures> {
  const rows = await database.rows<{ attached: number; detached: number; ready_until: number | null }>({
    name: 'read-partition-figures',
    text: `
      SELECT count(*)::integer AS attached,
        (SELECT count(*)::integer FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace('archive')) AS detached,
        CASE WHEN bool_and(from_id IS NOT NULL) FILTER (WHERE to_id IS NULL)
          THEN min(uuid_time(from_id)) FILTER (WHERE to_id IS NULL) END AS ready_until
      FROM history_partition`,
    values: [],
  });
  const { attached = 0, detached = 0, ready_until: readyUntil = null } = rows[0] ?? {};
  return { attached, detached, readyUntilMs: readyUntil ?? undefined };
}
