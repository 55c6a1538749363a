import { HailgridError, type CommandInput, type getTrip } from '#libs/contracts';
import { readEvents, readTrip, type Queryable, type StoredEvent } from '#libs/store';
import { driverOfEvent, freedDriverOf, type Trip } from '#libs/trip';

export type TripReader = CommandInput<typeof getTrip>['reader'];

/** Reads a trip that the reader may see. Throws `trip_not_found` for all others. */
export async function readTripFor(database: Queryable, tripId: string, reader: TripReader): Promise<Trip> {
  const trip = await readTrip(database, tripId);
  if (trip === undefined || !(await maySee(database, trip, reader))) throw tripNotFound(tripId);
  return trip;
}

async function maySee(database: Queryable, trip: Trip, reader: TripReader): Promise<boolean> {
  if (reader.role === 'operator') return true;
  if (reader.role === 'rider') return trip.riderId === reader.rider_id;
  if (boundTo(trip, reader.driver_id)) return true;
  return wasAsked(await readEvents(database, trip.tripId), reader.driver_id);
}

function boundTo(trip: Trip, driverId: string): boolean {
  return trip.driver?.driverId === driverId || trip.offer?.driverId === driverId;
}

/** Whether the trip was ever offered or assigned to the driver, who may then see it. */
export function wasAsked(events: readonly StoredEvent[], driverId: string): boolean {
  return events.some(({ event }) => driverOfEvent(event) === driverId || freedDriverOf(event) === driverId);
}

export function tripNotFound(tripId: string): HailgridError {
  return new HailgridError('trip_not_found', `no trip ${tripId} for this reader`);
}
