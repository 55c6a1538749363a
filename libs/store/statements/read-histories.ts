import { idFromUuid, uuidOf, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { FIRST_UUID } from '../postgres/values.ts';
import type { StoredEvent } from './read-events.ts';

/** A trip with its events from the first, in order. */
export interface History {
  tripId: TripId;
  events: StoredEvent[];
}

interface HistoryRow extends Record<string, unknown>, StoredEvent {
  trip_id: string;
}

/**
 * The histories of these trips. Each is looked up by itself, so that only the partition of its time is touched: a plan
 * made for any list of ids cannot know which ones to leave out.
 */
export async function readHistories(database: Queryable, tripIds: readonly TripId[]): Promise<History[]> {
  const rows = await database.rows<HistoryRow>({
    name: 'read-histories',
    text: `
      SELECT trip_id, seq, event, drivers FROM unnest($1::uuid[]) AS wanted (trip_id) CROSS JOIN LATERAL (
        SELECT seq, event, coalesce(drivers, '[]') AS drivers FROM trip_event e
        WHERE e.trip_id = wanted.trip_id OFFSET 0) events
      ORDER BY trip_id, seq`,
    values: [tripIds.map((id) => uuidOf('trip', id))],
  });
  const histories = new Map<string, History>();
  for (const { trip_id, ...event } of rows) {
    const history = histories.get(trip_id) ?? { tripId: idFromUuid('trip', trip_id), events: [] };
    histories.set(trip_id, history);
    history.events.push(event);
  }
  return [...histories.values()];
}

/** The next trips by id; none where there are no more. */
export async function readTripIds(
  database: Queryable,
  after: TripId | undefined,
  limit: number,
): Promise<TripId[]> {
  const rows = await database.rows<{ trip_id: string }>({
    name: 'read-trip-ids',
    text: 'SELECT trip_id FROM any_trip WHERE trip_id > $1 ORDER BY trip_id LIMIT $2',
    values: [after === undefined ? FIRST_UUID : uuidOf('trip', after), limit],
  });
  return rows.map(({ trip_id }) => idFromUuid('trip', trip_id));
}
