import { toTimestamp, toTripRecord, type TripChange } from '#libs/contracts';
import {
  driverOfEvent,
  evolve,
  freedDriverOf,
  type OperatorAct,
  type Trip,
  type TripEvent,
} from '#libs/trip';
import type { StoredEvent } from './statements/events.ts';
import type { WrittenChange } from './written-change.ts';

/** A committed change as riders, drivers and consumers receive it. */
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

/** Fields of an event that have no place in the message or its trip. */
export function eventData(event: TripEvent): Record<string, unknown> {
  return {
    ...('reason' in event && event.reason !== null && { reason: event.reason }),
    ...('by' in event && event.by !== undefined && operatorData(event.by)),
    ...('forced' in event && { forced: event.forced }),
    ...('silentSinceMs' in event && { silent_since: toTimestamp(event.silentSinceMs) }),
    ...('askAgainAtMs' in event &&
      event.askAgainAtMs !== undefined && { ask_again_at: toTimestamp(event.askAgainAtMs) }),
  };
}

function operatorData({ operatorId, reasonCode, note }: OperatorAct): Record<string, unknown> {
  return { operator_id: operatorId, reason_code: reasonCode, ...(note !== undefined && { note }) };
}

/** Replays a trip's events; returns its changes after a sequence number, each with the trip as that event left it. */
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
