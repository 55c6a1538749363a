import { uuidOf, type DriverStatus } from '#libs/contracts';
import type { TripEvent } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';

/** An event as it was written. */
export interface StoredEvent {
  seq: number;
  event: TripEvent;
  driverStatus: DriverStatus | null;
  driverVersion: number | null;
}

/**
 * A trip's events from the first, in order. A trip has a few tens at the most: each needs a driver's or rider's deed.
 */
export async function readEvents(database: Queryable, tripId: string): Promise<StoredEvent[]> {
  return database.rows<StoredEvent & Record<string, unknown>>({
    name: 'read-events',
    text: `
      SELECT seq, event, driver_status AS "driverStatus", driver_version AS "driverVersion"
      FROM trip_event WHERE trip_id = $1 ORDER BY seq`,
    values: [uuidOf('trip', tripId)],
  });
}
