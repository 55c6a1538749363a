import { uuidOf } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import type { OutboxEntry } from './take-due-outbox.ts';

/** The entries have been pushed. */
export async function removeOutbox(database: Queryable, entries: readonly OutboxEntry[]): Promise<void> {
  await database.rows({
    name: 'remove-outbox',
    text: `
      DELETE FROM outbox USING unnest($1::uuid[], $2::integer[]) AS pushed (trip_id, seq)
      WHERE outbox.trip_id = pushed.trip_id AND outbox.seq = pushed.seq`,
    values: [entries.map(({ tripId }) => uuidOf('trip', tripId)), entries.map(({ seq }) => seq)],
  });
}
