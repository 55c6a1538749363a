import { uuidOf } from '#libs/contracts';
import type { Trip } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { TRIP_COLUMNS, tripFromRow, type TripRow, HISTORY_COLUMNS } from '../rows/trip-row.ts';
import { timestampOf } from '../postgres/values.ts';

/** Reads trips that are in the history, where they do not change any more. */
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
 * Moves at most `limit` trips that had ended by `endedByMs` from the small table of trips under way into the history;
 * returns how many. Leaves trips whose quote could still be used, since only that table makes sure that a quote makes one
 * trip, and trips that still have a claim, which should not happen. Skips trips that another transaction has locked.
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
  /** Whole partitions beyond the current one. */
  ahead: number;
}

/** Creates missing partitions; returns how many. See migrations/0008_events_4_partition_job.sql for its locks. */
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

/** State of the history's partitions. */
export interface PartitionFigures {
  /** Partitions of trips and of events, including the first and last ones. */
  attached: number;
  /** Tables in schema `archive`: kept, but not read. */
  detached: number;
  /** Until when both have whole partitions; undefined if none was created yet. */
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
