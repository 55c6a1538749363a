import { driverOfEvent, type TripEvent } from './events.ts';
import type { DriverId, OperatorId, RiderId } from './ids.ts';

/** Who made an event happen. The system acts through matchers, and through `trips` where a deadline is over. */
export type TripActor =
  | { kind: 'rider'; id: RiderId }
  | { kind: 'driver'; id: DriverId }
  | { kind: 'operator'; id: OperatorId }
  | { kind: 'system'; id: 'matcher' | 'trips' };

/** The actor of an event of a trip, which follows from its type and members. */
export function actorOf(event: TripEvent, riderId: RiderId): TripActor {
  if ('by' in event && event.by !== undefined) return { kind: 'operator', id: event.by.operatorId };
  switch (event.type) {
    case 'requested':
    case 'rider_canceled':
      return { kind: 'rider', id: riderId };
    case 'offer_declined':
    case 'accepted':
    case 'driver_redispatched':
    case 'arrived':
    case 'started':
    case 'completed':
      return driverIn(event);
    case 'driver_swapped':
      return event.asked ? driverIn(event) : MATCHER;
    case 'offer_made':
    case 'driver_assigned':
      return MATCHER;
    case 'offer_expired':
    case 'offer_undelivered':
    case 'offer_withdrawn':
    case 'driver_lost':
    case 'attention_raised':
    case 'attention_cleared':
    case 'no_drivers_available':
    case 'failed':
      return TRIPS;
  }
}

const MATCHER: TripActor = { kind: 'system', id: 'matcher' };
const TRIPS: TripActor = { kind: 'system', id: 'trips' };

function driverIn(event: TripEvent): TripActor {
  const id = driverOfEvent(event);
  return id === null ? TRIPS : { kind: 'driver', id };
}
