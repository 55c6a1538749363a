import { idFromUuid, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';
import { EVENT_STREAM_LOCK } from './read-outbox.ts';

export interface OutboxEntry {
  tripId: TripId;
  seq: number;
}

/**
 * The entries of trips whose oldest one nobody has dealt with in time, by trip and number. That oldest one is put off,
 * so that no other process takes the trip meanwhile: who has the oldest entry has the trip.
 */
export async function takeDueOutbox(
  database: Queryable,
  atMs: number,
  nextDueAtMs: number,
  maxTrips: number,
): Promise<OutboxEntry[]> {
  const rows = await database.rows<{ trip_id: string; seq: number }>({
    name: 'take-due-outbox',
    text: `
      WITH stream AS MATERIALIZED (SELECT pg_try_advisory_xact_lock_shared($4) AS free
      ), oldest AS (
        SELECT trip_id, seq FROM outbox o
        WHERE due_at <= $1 AND (SELECT free FROM stream)
          AND NOT EXISTS (SELECT FROM outbox older WHERE older.trip_id = o.trip_id AND older.seq < o.seq)
        ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
      ), taken AS (
        UPDATE outbox SET due_at = $2 FROM oldest
        WHERE outbox.trip_id = oldest.trip_id AND outbox.seq = oldest.seq
        RETURNING outbox.trip_id
      )
      SELECT trip_id, seq FROM taken JOIN outbox USING (trip_id) ORDER BY trip_id, seq`,
    values: [timestampOf(atMs), timestampOf(nextDueAtMs), maxTrips, EVENT_STREAM_LOCK],
  });
  return rows.map((row) => ({ tripId: idFromUuid('trip', row.trip_id), seq: row.seq }));
}
