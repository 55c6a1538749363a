import type { VanishedPhone } from '#libs/contracts';
import type { DatabaseFacts, Violation } from './facts.ts';
import { UNDER_WAY } from './double-assigned.ts';

/** Named again here, so that a mistake in the state machine shows. */
const ENDED: ReadonlySet<string> = new Set(['completed', 'rider_canceled', 'no_drivers_available', 'failed']);

/** Claims that bind a driver who is offline, or to a trip that has ended. */
export function orphanClaims({ claims, trips, offline }: DatabaseFacts): Violation[] {
  const ended = endedOf(trips);
  return claims.flatMap(({ driverId, tripId, kind }) => {
    if (ended.get(tripId) !== false)
      return [`a claim (${kind}) of ${driverId} on ${tripId}, which has ended`];
    return offline.has(driverId) ? [`a claim (${kind}) of ${driverId}, who is offline, on ${tripId}`] : [];
  });
}

/** Slots of riders for trips that have ended, and open trips without one. */
export function orphanSlots({ slots, trips }: DatabaseFacts): Violation[] {
  const ended = endedOf(trips);
  const slotted = new Set(slots.map(({ tripId }) => tripId));
  return [
    ...slots
      .filter(({ tripId }) => ended.get(tripId) !== false)
      .map(({ riderId, tripId }) => `a slot of ${riderId} for ${tripId}, which has ended`),
    ...trips
      .filter(({ tripId, state }) => !hasEnded(state) && !slotted.has(tripId))
      .map(({ tripId, riderId }) => `${tripId} of ${riderId} is open and has no slot`),
  ];
}

/**
 * Trips that a vanished phone keeps open, read after the longest silence that any trip may have: those of a vanished
 * driver that still bind or ask it, and those of a vanished rider that have not ended.
 */
export function stuckTrips({ trips }: DatabaseFacts, vanished: readonly VanishedPhone[]): Violation[] {
  const riders = new Set<string>(
    vanished.filter(({ who }) => who === 'rider').map(({ trip_id: trip }) => trip),
  );
  const drivers = new Set<string | null>(
    vanished.filter(({ who }) => who === 'driver').map(({ driver_id: driver }) => driver),
  );
  return trips.flatMap(({ tripId, state, driverId, riderId }) => {
    if (driverId !== null && UNDER_WAY.has(state) && drivers.has(driverId))
      return [`${tripId} is ${state} with ${driverId}, whose phone vanished`];
    return riders.has(tripId) && !hasEnded(state)
      ? [`${tripId} of ${riderId}, whose phone vanished, is still ${state}`]
      : [];
  });
}

function endedOf(trips: DatabaseFacts['trips']): ReadonlyMap<string, boolean> {
  return new Map(trips.map(({ tripId, state }) => [tripId, hasEnded(state)]));
}

function hasEnded(state: string): boolean {
  return ENDED.has(state);
}
