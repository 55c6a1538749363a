import { idFromUuid, uuidOf, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/**
 * Whoever holds this advisory lock has the stream of events to itself: nobody else takes anything out of the outbox
 * meanwhile. It goes with its session.
 */
export const EVENT_STREAM_LOCK = 7_045_105;

/**
 * The numbers of the events of these trips that are not known to be stored, in order. Undefined while the stream is
 * held by somebody who makes it anew.
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
