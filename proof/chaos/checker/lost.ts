import type { ClientEntry } from './client-entry.ts';
import { RELEASING } from './double-assigned.ts';
import type { DatabaseFacts, EventFact, TripFact, Violation } from './facts.ts';
import { inForce, isInside } from './lineage.ts';

/** A search that is over is ended by a sweep some seconds later. */
const SEARCH_GRACE_MS = 15_000;

type DriverChange = Extract<ClientEntry, { kind: 'driver_changed' }>['change'];

/** The event that an acknowledged change stands for. A declined offer may have lapsed before. */
const EVENTS_OF: Readonly<Record<DriverChange, ReadonlySet<string>>> = {
  accept: new Set(['accepted', 'driver_swapped']),
  decline: RELEASING,
  arrived: new Set(['arrived']),
  start: new Set(['started']),
  complete: new Set(['completed']),
  cancel: new Set(['driver_redispatched']),
};

/**
 * What was acknowledged or shown to a phone and is not in the database, and open trips that nobody looks after.
 *
 * @param living names of the matchers that run
 */
export function lost(
  entries: readonly ClientEntry[],
  facts: DatabaseFacts,
  living: ReadonlySet<string>,
): Violation[] {
  const eventsOf = Map.groupBy(facts.events, ({ tripId }) => tripId);
  const forgotten = entries.flatMap((entry) => {
    // What a list does not show is no word that it is there.
    const tells = 'trip_id' in entry && entry.kind !== 'rider_listed';
    const reason = tells ? whyForgotten(entry, eventsOf.get(entry.trip_id) ?? []) : undefined;
    return reason === undefined ? [] : [reason];
  });
  return [...new Set([...forgotten, ...gaps(eventsOf), ...orphans(facts, living)])];
}

/** Trips that were acknowledged to their riders. */
export function acknowledgedTrips(entries: readonly ClientEntry[]): Set<string> {
  return new Set(entries.flatMap((entry) => (entry.kind === 'trip_requested' ? [entry.trip_id] : [])));
}

function whyForgotten(
  entry: Extract<ClientEntry, { trip_id: string }>,
  events: readonly EventFact[],
): string | undefined {
  if (events.length === 0) return `${entry.trip_id} (${entry.kind}) does not exist`;
  if (entry.kind === 'driver_offered') {
    const isThere = events.some(
      ({ type, driverId }) => type === 'offer_made' && driverId === entry.driver_id,
    );
    return isThere ? undefined : `${entry.trip_id}: no offer to ${entry.driver_id}, who was shown one`;
  }
  const upToThen = events.filter(({ seq }) => seq <= entry.seq);
  if (upToThen.length < entry.seq) return `${entry.trip_id}#${entry.seq} (${entry.kind}) does not exist`;
  if (entry.kind === 'rider_canceled')
    return upToThen.some(({ type }) => type === 'rider_canceled')
      ? undefined
      : `${entry.trip_id}: an acknowledged cancellation is not there`;
  if (entry.kind !== 'driver_changed') return undefined;
  const isThere = upToThen.some(
    ({ type, driverId }) => driverId === entry.driver_id && EVENTS_OF[entry.change].has(type),
  );
  return isThere ? undefined : `${entry.trip_id}: ${entry.change} of ${entry.driver_id} is not there`;
}

/** A trip's events are numbered from 1 without a gap. */
function gaps(eventsOf: ReadonlyMap<string, readonly EventFact[]>): Violation[] {
  return [...eventsOf].flatMap(([trip, events]) =>
    Math.max(...events.map(({ seq }) => seq)) === events.length ? [] : [`${trip}: an event is missing`],
  );
}

/** Riders who wait where no living matcher would find them, or longer than a search lasts. */
function orphans({ trips, shards, readAtMs }: DatabaseFacts, living: ReadonlySet<string>): Violation[] {
  const current = inForce(shards);
  const isMatched = ({ pickupCell }: TripFact): boolean =>
    current.some(({ shard, owner }) => owner !== null && living.has(owner) && isInside(pickupCell, shard));
  return trips
    .filter(({ state }) => state === 'processing')
    .flatMap((trip) => {
      if (!isMatched(trip)) return [`${trip.tripId} waits in a shard without a living owner`];
      const isOverdue = trip.offeredTo === null && readAtMs > trip.searchDeadlineMs + SEARCH_GRACE_MS;
      return isOverdue ? [`${trip.tripId} is searched for past its deadline`] : [];
    });
}
