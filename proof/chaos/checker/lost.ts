import type { ClientEntry } from './client-entry.ts';
import { RELEASING } from './double-assigned.ts';
import type { DatabaseFacts, EventFact, TripFact, Violation } from './facts.ts';
import { inForce, isInside } from './lineage.ts';

/** The sweep ends an expired search some seconds later. */
const SEARCH_GRACE_MS = 15_000;

type DriverChange = Extract<ClientEntry, { kind: 'driver_changed' }>['change'];

/** The event of an acknowledged change. A declined offer may have expired first. */
const EVENTS_OF: Readonly<Record<DriverChange, ReadonlySet<string>>> = {
  accept: new Set(['accepted', 'driver_swapped']),
  decline: RELEASING,
  arrived: new Set(['arrived']),
  start: new Set(['started']),
  complete: new Set(['completed']),
  cancel: new Set(['driver_redispatched']),
};

/**
 * Acknowledged or shown data that is missing in the database, and open trips that no matcher sees.
 *
 * @param living names of the running matchers
 */
export function lost(
  entries: readonly ClientEntry[],
  facts: DatabaseFacts,
  living: ReadonlySet<string>,
): Violation[] {
  const eventsOf = Map.groupBy(facts.events, ({ tripId }) => tripId);
  const missing = entries.flatMap((entry) => {
    // A list may lack a trip: then it claims nothing about it.
    const isClaim = 'trip_id' in entry && entry.kind !== 'rider_listed';
    const reason = isClaim ? whyMissing(entry, eventsOf.get(entry.trip_id) ?? []) : undefined;
    return reason === undefined ? [] : [reason];
  });
  return [...new Set([...missing, ...gaps(eventsOf), ...orphans(facts, living)])];
}

/** Trips that were acknowledged to their riders. */
export function acknowledgedTrips(entries: readonly ClientEntry[]): Set<string> {
  return new Set(entries.flatMap((entry) => (entry.kind === 'trip_requested' ? [entry.trip_id] : [])));
}

function whyMissing(
  entry: Extract<ClientEntry, { trip_id: string }>,
  events: readonly EventFact[],
): string | undefined {
  if (events.length === 0) return `${entry.trip_id} (${entry.kind}) does not exist`;
  if (entry.kind === 'driver_offered') {
    const isThere = events.some(
      ({ type, driverId }) => type === 'offer_made' && driverId === entry.driver_id,
    );
    return isThere ? undefined : `${entry.trip_id}: the offer shown to ${entry.driver_id} is missing`;
  }
  const upToThen = events.filter(({ seq }) => seq <= entry.seq);
  if (upToThen.length < entry.seq) return `${entry.trip_id}#${entry.seq} (${entry.kind}) does not exist`;
  if (entry.kind === 'rider_canceled')
    return upToThen.some(({ type }) => type === 'rider_canceled')
      ? undefined
      : `${entry.trip_id}: an acknowledged cancellation is missing`;
  if (entry.kind !== 'driver_changed') return undefined;
  const isThere = upToThen.some(
    ({ type, driverId }) => driverId === entry.driver_id && EVENTS_OF[entry.change].has(type),
  );
  return isThere ? undefined : `${entry.trip_id}: ${entry.change} of ${entry.driver_id} is missing`;
}

/** A trip's events are numbered from 1 without a gap. */
function gaps(eventsOf: ReadonlyMap<string, readonly EventFact[]>): Violation[] {
  return [...eventsOf].flatMap(([trip, events]) =>
    Math.max(...events.map(({ seq }) => seq)) === events.length ? [] : [`${trip}: an event is missing`],
  );
}

/** Riders who wait in a shard without a living owner, or past the deadline of their search. */
function orphans({ trips, shards, readAtMs }: DatabaseFacts, living: ReadonlySet<string>): Violation[] {
  const current = inForce(shards);
  const isMatched = ({ pickupCell }: TripFact): boolean =>
    current.some(({ shard, owner }) => owner !== null && living.has(owner) && isInside(pickupCell, shard));
  return trips
    .filter(({ state }) => state === 'processing')
    .flatMap((trip) => {
      if (!isMatched(trip)) return [`${trip.tripId} waits in a shard without a living owner`];
      const isOverdue = trip.offeredTo === null && readAtMs > trip.searchDeadlineMs + SEARCH_GRACE_MS;
      return isOverdue ? [`${trip.tripId} is still searching past its deadline`] : [];
    });
}
