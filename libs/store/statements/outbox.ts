import { idFromUuid, uuidOf, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/**
 * Advisory lock for exclusive use of the event stream: while a session holds it, no other takes entries from the outbox. It
 * ends with its session.
 */
export const EVENT_STREAM_LOCK = 7_045_105;

/**
 * Reads the numbers of the trips' events that are not known to be stored, in order. Undefined while the stream is locked for
 * a rebuild.
 */
export async function readOutbox(
  database: Queryable,
  tripIds: readonly TripId[],
): Promise<Map<TripId, number[]> | undefined> {
  const rows = await database.rows<{ free: boolean; trip_id: string | null; seq: number | null }>({
    name: 'read-outbox',
    text: `
      WITH stream AS MATERIALIZED (SELECT pg_try_advisory_xact_lock_shared($2) AS free)
      SELECT free, trip_id, seq
      FROM stream LEFT JOIN outbox ON free AND trip_id = ANY ($1::uuid[])
      ORDER BY trip_id, seq`,
    values: [tripIds.map((id) => uuidOf('trip', id)), EVENT_STREAM_LOCK],
  });
  if (rows[0]?.free !== true) return undefined;
  const seqs = new Map<TripId, number[]>();
  for (const { trip_id, seq } of rows) {
    if (trip_id === null || seq === null) continue;
    const tripId = idFromUuid('trip', trip_id);
    const known = seqs.get(tripId);
    if (known === undefined) seqs.set(tripId, [seq]);
    else known.push(seq);
  }
  return seqs;
}

export interface OutboxEntry {
  tripId: TripId;
  seq: number;
}

/**
 * Takes the entries of trips whose oldest entry is overdue, by trip and number. Postpones that oldest entry, so that no other
 * process takes the trip meanwhile: the oldest entry stands for the whole trip.
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

/** Deletes published entries. */
export async function removeOutbox(database: Queryable, entries: readonly OutboxEntry[]): Promise<void> {
  await database.rows({
    name: 'remove-outbox',
    text: `
      DELETE FROM outbox USING unnest($1::uuid[], $2::integer[]) AS pushed (trip_id, seq)
      WHERE outbox.trip_id = pushed.trip_id AND outbox.seq = pushed.seq`,
    values: [entries.map(({ tripId }) => uuidOf('trip', tripId)), entries.map(({ seq }) => seq)],
  });
}

/** How many entries there are, and when the oldest of their events was. Looks at no more than `maxEntries`. */
export async function measureOutbox(
  database: Queryable,
  maxEntries: number,
): Promise<{ entries: number; oldestAtMs: number | null }> {
  const rows = await database.rows<{ entries: number; oldest_at_ms: number | null }>({
    name: 'measure-outbox',
    text: `
      SELECT count(*)::int AS entries, extract(epoch FROM min(event.at))::float8 * 1000 AS oldest_at_ms
      FROM (SELECT trip_id, seq FROM outbox LIMIT $1) AS entry LEFT JOIN trip_event AS event USING (trip_id, seq)`,
    values: [maxEntries],
  });
  return { entries: rows[0]?.entries ?? 0, oldestAtMs: rows[0]?.oldest_at_ms ?? null };
}
