import { isDeepStrictEqual } from 'node:util';
import { evolve, type Trip } from '#libs/trip';
import type { DatabaseFacts, EventFact, TripFact, Violation } from './facts.ts';
import { whyIllegal } from './why-illegal.ts';

/** Trips whose events cannot follow each other, or do not fold to the row of the trip. */
export function illegalHistories({ trips, events }: DatabaseFacts): Violation[] {
  const eventsOf = Map.groupBy(events, ({ tripId }) => tripId);
  const mismatches = trips.flatMap((trip) => {
    const own = eventsOf.get(trip.tripId) ?? [];
    eventsOf.delete(trip.tripId);
    return rowMismatches(trip, own).map((reason) => `${trip.tripId}${reason}`);
  });
  return [...mismatches, ...[...eventsOf.keys()].map((tripId) => `${tripId} has events, but no row`)];
}

/** A trip's events folded as far as they are legal. */
export interface Folded {
  readonly trip: Trip | null;
  /** The state after each event, by its number. */
  readonly states: ReadonlyMap<number, string>;
  /** The first illegal event, and why. */
  readonly illegal: string | undefined;
}

export function fold(events: readonly EventFact[]): Folded {
  const states = new Map<number, string>();
  let trip: Trip | null = null;
  for (const { seq, type, event } of events.toSorted((a, b) => a.seq - b.seq)) {
    const expected = (trip?.seq ?? 0) + 1;
    const reason: string | undefined =
      seq === expected ? whyIllegal(trip, event) : `number ${expected} was expected`;
    const illegal = reason ?? (type === event.type ? undefined : `its event is ${event.type}`);
    if (illegal !== undefined) return { trip, states, illegal: `#${seq} ${type}: ${illegal}` };
    trip = evolve(trip, event);
    states.set(seq, trip.state);
  }
  return { trip, states, illegal: undefined };
}

function rowMismatches({ row }: TripFact, events: readonly EventFact[]): string[] {
  const { trip, illegal } = fold(events);
  if (illegal !== undefined) return [illegal];
  if (trip === null) return [': no events'];
  const fields = Object.keys(trip) as (keyof Trip)[];
  return fields
    .filter((field) => !isSame(row[field], trip[field]))
    .map(
      (field) => `: ${field} is ${JSON.stringify(row[field])}, its events say ${JSON.stringify(trip[field])}`,
    );
}

/** Columns keep whole milliseconds, and JSON members have no order. */
function isSame(kept: unknown, folded: unknown): boolean {
  if (typeof kept === 'number' && typeof folded === 'number')
    return kept === folded || kept === Math.trunc(folded);
  return isDeepStrictEqual(kept, folded);
}
