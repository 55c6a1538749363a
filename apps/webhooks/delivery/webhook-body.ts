import type { TripChange } from '#libs/contracts';

/** Of a trip's event: the same whoever is told, and however often. */
export function messageId({ event }: TripChange): string {
  return `${event.trip_id}_${event.seq}`;
}

/** What is told of an event: its kind, when it was, the event and the trip after it. */
export function messageBody({ event, trip }: TripChange): string {
  return JSON.stringify({ type: `trip.${event.type}`, timestamp: event.at, data: { event, trip } });
}
