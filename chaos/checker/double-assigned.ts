import type { ClaimFact, DatabaseFacts, EventFact, TripFact, Violation } from './facts.ts';

const BINDING: ReadonlySet<string> = new Set(['offered', 'on_trip']);
/** States in which a trip has its driver. */
const UNDER_WAY: ReadonlySet<string> = new Set(['accepted', 'arrived', 'in_progress']);
/** Events after which their driver has nothing more to do with the trip. */
export const RELEASING: ReadonlySet<string> = new Set([
  'offer_declined',
  'offer_expired',
  'driver_redispatched',
  'completed',
  'rider_canceled',
  'failed',
]);

/** Drivers with two trips at a time, trips with two drivers, and claims that disagree with trips. */
export function doubleAssigned({ events, trips, claims }: DatabaseFacts): Violation[] {
  return [...driversWithTwoTrips(events), ...tripsWithTwoDrivers(events), ...claimsAstray(trips, claims)];
}

/** Follows each driver through the changes that were counted under its row's lock. */
export function driversWithTwoTrips(events: readonly EventFact[]): Violation[] {
  const counted = events.filter(({ driverId, driverVersion }) => driverId !== null && driverVersion !== null);
  return [...Map.groupBy(counted, ({ driverId }) => driverId)].flatMap(([driver, changes]) => {
    const violations: Violation[] = [];
    let bound: string | null = null;
    let version = 0;
    for (const change of changes.toSorted(byDriverVersion)) {
      if (change.driverVersion === version) violations.push(`${driver}: two changes number ${version}`);
      if (bound !== null && bound !== change.tripId)
        violations.push(`${driver} is bound to ${bound} when ${change.tripId} has ${change.type}`);
      bound = BINDING.has(change.driverStatus ?? '') ? change.tripId : null;
      version = change.driverVersion ?? 0;
    }
    return violations;
  });
}

function byDriverVersion(a: EventFact, b: EventFact): number {
  return (a.driverVersion ?? 0) - (b.driverVersion ?? 0);
}

/** Follows each trip through its events. */
export function tripsWithTwoDrivers(events: readonly EventFact[]): Violation[] {
  return [...Map.groupBy(events, ({ tripId }) => tripId)].flatMap(([trip, changes]) => {
    const violations: Violation[] = [];
    let bound: string | null = null;
    for (const { type, driverId } of changes.toSorted((a, b) => a.seq - b.seq)) {
      if (driverId === null) continue;
      if (bound !== null && bound !== driverId) {
        violations.push(`${trip} has ${bound} when ${type} names ${driverId}`);
      }
      bound = RELEASING.has(type) ? null : driverId;
    }
    return violations;
  });
}

/** A claim for each open offer and each trip under way, and none beside them. */
export function claimsAstray(trips: readonly TripFact[], claims: readonly ClaimFact[]): Violation[] {
  const claimOf = new Map(claims.map((claim) => [claim.tripId, claim]));
  const wrong = trips.flatMap((trip) => {
    const wanted = wantedClaim(trip);
    const claim = claimOf.get(trip.tripId);
    claimOf.delete(trip.tripId);
    const has = claim === undefined ? 'none' : `${claim.kind} of ${claim.driverId}`;
    return has === wanted ? [] : [`${trip.tripId} (${trip.state}): claim ${has} instead of ${wanted}`];
  });
  return [...wrong, ...[...claimOf.keys()].map((trip) => `a claim on ${trip}, which does not exist`)];
}

function wantedClaim({ state, offeredTo, driverId }: TripFact): string {
  if (offeredTo !== null) return `offer of ${offeredTo}`;
  return UNDER_WAY.has(state) ? `trip of ${driverId}` : 'none';
}
