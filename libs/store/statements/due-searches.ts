import { idFromUuid, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/** Trips for which nobody was found by their deadline. */
export async function dueSearches(database: Queryable, atMs: number, limit: number): Promise<TripId[]> {
  const rows = await database.rows<{ trip_id: string }>({
    name: 'due-searches',
    text: `
      SELECT trip_id FROM trip
      WHERE state = 'processing' AND offer IS NULL AND search_deadline_at <= $1
      ORDER BY search_deadline_at LIMIT $2`,
    values: [timestampOf(atMs), limit],
  });
  return rows.map((row) => idFromUuid('trip', row.trip_id));
}
