import { uuidOf, type DriverStanding } from '#libs/contracts';
import type { TripEvent } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';

/** An event as it was written. */
export interface StoredEvent {
  seq: number;
  event: TripEvent;
  drivers: readonly DriverStanding[];
}

/**
 * A trip's events from the first, in order. A trip has a few tens at the most: each needs a driver's or rider's deed.
 */
export async function readEvents(database: Queryable, tripId: string): Promise<StoredEvent[]> {
  return database.rows<StoredEvent & Record<string, unknown>>({
    name: 'read-events',
    text: `
      SELECT seq, event, coalesce(drivers, '[]') AS drivers
      FROM trip_event WHERE trip_id = $1 ORDER BY seq`,
    values: [uuidOf('trip', tripId)],
  });
}
