import type { Queryable } from '../postgres/database.ts';
import { HISTORY_COLUMNS } from '../rows/trip-row.ts';
import { timestampOf } from '../postgres/values.ts';

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
