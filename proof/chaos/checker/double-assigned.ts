import type { ClaimFact, DatabaseFacts, DriverFact, EventFact, TripFact, Violation } from './facts.ts';

/** States in which a trip has its driver. */
const UNDER_WAY: ReadonlySet<string> = new Set(['accepted', 'arrived', 'in_progress']);
/** Events after which the driver they are about has nothing more to do with the trip. */
export const RELEASING: ReadonlySet<string> = new Set([
  'offer_declined',
  'offer_expired',
  'offer_withdrawn',
  'driver_redispatched',
  'completed',
  'rider_canceled',
  'failed',
]);
/** Events that bind the driver they are about. */
const BINDING: ReadonlySet<string> = new Set(['offer_made', 'driver_assigned', 'driver_swapped']);

/** Drivers with two trips at a time, trips with two drivers, and claims that disagree with trips. */
export function doubleAssigned({ events, trips, claims }: DatabaseFacts): Violation[] {
  return [...driversWithTwoTrips(events), ...tripsWithTwoDrivers(events), ...claimsAstray(trips, claims)];
}

/** Whether the event lets the driver go. */
export function letsGo({ type, driverId, freedDriverId }: EventFact, driver: string): boolean {
  return freedDriverId === driver || (driverId === driver && RELEASING.has(type));
}

/** Whether the event binds the driver. */
export function binds({ type, driverId }: EventFact, driver: string): boolean {
  return driverId === driver && BINDING.has(type);
}

/**
 * Follows each driver through the changes that were counted under its row's lock: nothing binds it, or lets it go, without
 * the event that says so; and a next trip comes after one that is under way.
 */
export function driversWithTwoTrips(events: readonly EventFact[]): Violation[] {
  const counted = events.flatMap((event) => event.drivers.map((driver) => ({ driver, event })));
  return [...Map.groupBy(counted, ({ driver }) => driver.driverId)].flatMap(([driverId, changes]) => {
    const violations: Violation[] = [];
    let bound: ReadonlySet<string> = new Set();
    const byVersion = Map.groupBy(changes, ({ driver }) => driver.version);
    for (const [version, same] of [...byVersion].sort(([a], [b]) => a - b)) {
      const [first] = same;
      if (first === undefined) continue;
      const now = boundBy(first.driver);
      if (same.some(({ driver }) => !isSame(boundBy(driver), now)))
        violations.push(`${driverId}: two changes number ${version}`);
      for (const trip of now)
        if (!bound.has(trip) && !same.some(({ event }) => event.tripId === trip && binds(event, driverId)))
          violations.push(`${driverId} is bound to ${trip} at ${version} by no event`);
      for (const trip of bound)
        if (!now.has(trip) && !same.some(({ event }) => event.tripId === trip && letsGo(event, driverId)))
          violations.push(`${driverId} is bound to ${trip} when something else comes at ${version}`);
      if (first.driver.nextTripId !== null && first.driver.tripId === null)
        violations.push(`${driverId} has ${first.driver.nextTripId} after nothing`);
      bound = now;
    }
    return violations;
  });
}

function boundBy({ tripId, nextTripId, offeredTripId }: DriverFact): ReadonlySet<string> {
  return new Set([tripId, nextTripId, offeredTripId].filter((trip) => trip !== null));
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((trip) => other.has(trip));
}

/** Who has a trip, and who is asked to take it. */
interface Bound {
  readonly driver: string | null;
  readonly asked: string | null;
}

/** Follows each trip through its events. */
export function tripsWithTwoDrivers(events: readonly EventFact[]): Violation[] {
  return [...Map.groupBy(events, ({ tripId }) => tripId)].flatMap(([trip, changes]) => {
    const violations: Violation[] = [];
    let bound: Bound = { driver: null, asked: null };
    for (const event of changes.toSorted((a, b) => a.seq - b.seq)) {
      const after = boundAfter(bound, event);
      if (after === undefined)
        violations.push(
          `${trip} has ${bound.driver}, asks ${bound.asked}: ${event.type} names ${event.driverId}`,
        );
      bound = after ?? bound;
    }
    return violations;
  });
}

/** Undefined where the event does not fit. */
function boundAfter(bound: Bound, { type, driverId, freedDriverId, asked }: EventFact): Bound | undefined {
  const { driver, asked: open } = bound;
  if (driverId === null) return bound;
  switch (type) {
    case 'offer_made':
      return open === null && driver !== driverId ? { driver, asked: driverId } : undefined;
    case 'offer_declined':
    case 'offer_expired':
    case 'offer_withdrawn':
      return open === driverId ? { driver, asked: null } : undefined;
    case 'accepted':
      return open === driverId && driver === null ? { driver: driverId, asked: null } : undefined;
    case 'driver_assigned':
      return open === null && driver === null ? { driver: driverId, asked: null } : undefined;
    case 'driver_swapped': {
      const wasAsked = asked ? open === driverId : open === null;
      return wasAsked && driver === freedDriverId ? { driver: driverId, asked: null } : undefined;
    }
    case 'driver_redispatched':
      return driver === driverId ? { driver: null, asked: open } : undefined;
    case 'completed':
    case 'rider_canceled':
    case 'failed':
      return (driver ?? open) === driverId ? { driver: null, asked: null } : undefined;
    default:
      return driver === driverId ? bound : undefined;
  }
}

/** A claim for each open offer and each trip under way, and none beside them. */
export function claimsAstray(trips: readonly TripFact[], claims: readonly ClaimFact[]): Violation[] {
  const claimsOf = Map.groupBy(claims, ({ tripId }) => tripId);
  const wrong = trips.flatMap((trip) => {
    const wanted = wantedClaims(trip).sort().join(', ');
    const has = (claimsOf.get(trip.tripId) ?? []).map(({ kind, driverId }) => `${kind} of ${driverId}`);
    claimsOf.delete(trip.tripId);
    const found = has.sort().join(', ');
    return found === wanted
      ? []
      : [`${trip.tripId} (${trip.state}): claims ${found || 'none'} instead of ${wanted || 'none'}`];
  });
  return [...wrong, ...[...claimsOf.keys()].map((trip) => `a claim on ${trip}, which does not exist`)];
}

function wantedClaims({ state, offeredTo, driverId }: TripFact): string[] {
  const offer = offeredTo === null ? [] : [`offer of ${offeredTo}`];
  return UNDER_WAY.has(state) ? [...offer, `trip of ${driverId}`] : offer;
}
