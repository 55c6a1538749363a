import { idFromUuid, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

export interface OutboxEntry {
  tripId: TripId;
  seq: number;
}

/** Entries that nobody has pushed in time, put off so that no other process takes them meanwhile. */
export async function takeDueOutbox(
  database: Queryable,
  atMs: number,
  nextDueAtMs: number,
  limit: number,
): Promise<OutboxEntry[]> {
  const rows = await database.rows<{ trip_id: string; seq: number }>({
    name: 'take-due-outbox',
    text: `
      UPDATE outbox SET due_at = $2
      WHERE (trip_id, seq) IN (
        SELECT trip_id, seq FROM outbox WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
      RETURNING trip_id, seq`,
    values: [timestampOf(atMs), timestampOf(nextDueAtMs), limit],
  });
  return rows.map((row) => ({ tripId: idFromUuid('trip', row.trip_id), seq: row.seq }));
}
