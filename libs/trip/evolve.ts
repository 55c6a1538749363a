import type { TripEvent } from './events.ts';
import type { DriverId } from './ids.ts';
import { withPause } from './pauses.ts';
import type { Trip } from './trip.ts';

/** Applies an event. Replaying all events of a trip gives the trip. */
export function evolve(trip: Trip | null, event: TripEvent): Trip {
  if (event.type === 'requested') return requested(event);
  if (trip === null) throw new Error(`a trip begins with requested, not ${event.type}`);
  return { ...trip, ...changes(trip, event), seq: trip.seq + 1 };
}

function requested(event: Extract<TripEvent, { type: 'requested' }>): Trip {
  return {
    ...event.request,
    distanceSource: event.request.distanceSource ?? null,
    streetS: event.request.streetS ?? null,
    state: 'processing',
    seq: 1,
    offer: null,
    driver: null,
    excludedDriverIds: [],
    pauses: [],
    swaps: 0,
    acceptedAtMs: null,
    arrivedAtMs: null,
    startedAtMs: null,
    endedAtMs: null,
    cancelReason: null,
    attention: null,
  };
}

function changes(trip: Trip, event: Exclude<TripEvent, { type: 'requested' }>): Partial<Trip> {
  switch (event.type) {
    case 'offer_made':
      return { offer: event.offer };
    case 'offer_declined':
      return { offer: null, ...barring(trip, event, false) };
    case 'offer_expired':
      return { offer: null, ...barring(trip, event, true) };
    case 'offer_undelivered':
      return { offer: null, ...barring(trip, event, event.polling !== true) };
    case 'offer_withdrawn':
      return { offer: null };
    case 'accepted':
    case 'driver_assigned':
      return { state: 'accepted', offer: null, driver: event.driver, acceptedAtMs: event.atMs };
    case 'driver_swapped':
      return { offer: null, driver: event.driver, swaps: trip.swaps + 1 };
    case 'driver_redispatched':
    case 'driver_lost':
      return {
        state: 'processing',
        driver: null,
        excludedDriverIds: excluding(trip, event.driverId),
        acceptedAtMs: null,
        arrivedAtMs: null,
        searchDeadlineAtMs: event.searchDeadlineAtMs,
      };
    case 'arrived':
      return { state: 'arrived', arrivedAtMs: event.atMs };
    case 'started':
      return { state: 'in_progress', startedAtMs: event.atMs };
    case 'attention_raised':
      return { attention: event.reason };
    case 'attention_cleared':
      return { attention: null };
    case 'completed':
      return { state: 'completed', endedAtMs: event.atMs, attention: null };
    case 'rider_canceled':
      return { state: 'rider_canceled', offer: null, endedAtMs: event.atMs, cancelReason: event.reason };
    case 'no_drivers_available':
      return { state: 'no_drivers_available', endedAtMs: event.atMs };
    case 'failed':
      return {
        state: 'failed',
        offer: null,
        endedAtMs: event.atMs,
        cancelReason: event.reason,
        attention: null,
      };
  }
}

function barring(
  trip: Trip,
  { driverId, askAgainAtMs }: { driverId: DriverId; askAgainAtMs?: number },
  silent: boolean,
): Partial<Trip> {
  if (askAgainAtMs === undefined) return { excludedDriverIds: excluding(trip, driverId) };
  return { pauses: withPause(trip, driverId, askAgainAtMs, silent) };
}

function excluding(trip: Trip, driverId: DriverId): readonly DriverId[] {
  return trip.excludedDriverIds.includes(driverId)
    ? trip.excludedDriverIds
    : [...trip.excludedDriverIds, driverId];
}
