import { toTimestamp, toTripRecord, type TripChange } from '#libs/contracts';
import type { StoredEvent, WrittenChange } from '#libs/store';
import { driverOfEvent, evolve, freedDriverOf, type Trip, type TripEvent } from '#libs/trip';

/** A committed change as it is told to riders, drivers and consumers. */
export function tripChangeOf(change: Omit<WrittenChange, 'authority'>): TripChange {
  const { event, trip, drivers } = change;
  return {
    event: {
      trip_id: trip.tripId,
      seq: trip.seq,
      type: event.type,
      at: toTimestamp(event.atMs),
      driver_id: driverOfEvent(event),
      freed_driver_id: freedDriverOf(event),
      data: eventData(event),
    },
    trip: toTripRecord(trip),
    drivers: [...drivers],
  };
}

/** What an event says beyond its type, time and driver, and beyond the trip that travels with it. */
function eventData(event: TripEvent): Record<string, unknown> {
  return 'reason' in event && event.reason !== null ? { reason: event.reason } : {};
}

/** A trip's changes after a sequence number, from its events: each with the trip as it was after it. */
export function foldEvents(events: readonly StoredEvent[], afterSeq: number): TripChange[] {
  const changes: TripChange[] = [];
  let trip: Trip | null = null;
  for (const { seq, event, drivers } of events) {
    trip = evolve(trip, event);
    if (trip.seq !== seq) throw new Error(`${trip.tripId}: event ${seq} where ${trip.seq} was expected`);
    if (seq > afterSeq) changes.push(tripChangeOf({ event, trip, drivers }));
  }
  return changes;
}
