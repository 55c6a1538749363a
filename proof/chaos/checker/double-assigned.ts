import type { ClaimFact, DatabaseFacts, DriverFact, EventFact, TripFact, Violation } from './facts.ts';

/** States in which a trip has its driver. */
export const UNDER_WAY: ReadonlySet<string> = new Set(['accepted', 'arrived', 'in_progress']);
/** Events that release the driver they are about. */
export const RELEASING: ReadonlySet<string> = new Set([
  'offer_declined',
  'offer_expired',
  'offer_undelivered',
  'offer_withdrawn',
  'driver_redispatched',
  'driver_lost',
  'completed',
  'rider_canceled',
  'failed',
]);
/** Events that bind the driver they are about. */
const BINDING: ReadonlySet<string> = new Set(['offer_made', 'driver_assigned', 'driver_swapped']);

/** Drivers with two trips at a time, trips with two drivers, claims that disagree with trips. */
export function doubleAssigned({ events, trips, claims }: DatabaseFacts): Violation[] {
  return [...driversWithTwoTrips(events), ...tripsWithTwoDrivers(events), ...mismatchedClaims(trips, claims)];
}

/** Whether the event releases the driver. */
export function releases({ type, driverId, freedDriverId }: EventFact, driver: string): boolean {
  return freedDriverId === driver || (driverId === driver && RELEASING.has(type));
}

/** Whether the event binds the driver. */
export function binds({ type, driverId }: EventFact, driver: string): boolean {
  return driverId === driver && BINDING.has(type);
}

/**
 * Follows each driver through its versions, which are counted under the lock of its row. Every binding and release needs
 * its event, and a next trip needs a current one.
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
        violations.push(`${driverId}: two changes with version ${version}`);
      for (const trip of now)
        if (!bound.has(trip) && !same.some(({ event }) => event.tripId === trip && binds(event, driverId)))
          violations.push(`${driverId} is bound to ${trip} at version ${version} without an event`);
      for (const trip of bound)
        if (!now.has(trip) && !same.some(({ event }) => event.tripId === trip && releases(event, driverId)))
          violations.push(`${driverId} is still bound to ${trip} at version ${version}`);
      if (first.driver.nextTripId !== null && first.driver.tripId === null)
        violations.push(`${driverId} has next trip ${first.driver.nextTripId} without a current one`);
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

/** The driver of a trip, and the one who is offered it. */
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

/** Undefined if the event does not fit. */
function boundAfter(bound: Bound, { type, driverId, freedDriverId, asked }: EventFact): Bound | undefined {
  const { driver, asked: open } = bound;
  if (driverId === null) return bound;
  switch (type) {
    case 'offer_made':
      return open === null && driver !== driverId ? { driver, asked: driverId } : undefined;
    case 'offer_declined':
    case 'offer_expired':
    case 'offer_undelivered':
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
    case 'driver_lost':
      return driver === driverId ? { driver: null, asked: open } : undefined;
    case 'completed':
    case 'rider_canceled':
    case 'failed':
      return (driver ?? open) === driverId ? { driver: null, asked: null } : undefined;
    default:
      return driver === driverId ? bound : undefined;
  }
}

/** Each open offer and each trip under way needs its claim; no others may exist. */
export function mismatchedClaims(trips: readonly TripFact[], claims: readonly ClaimFact[]): Violation[] {
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
