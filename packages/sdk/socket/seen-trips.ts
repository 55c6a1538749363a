import { MAX_RESUMED_TRIPS } from './protocol.ts';

/** What is needed of a trip to resume it. */
export interface SeenTrip {
  trip_id: string;
  seq: number;
  state: string;
}

/** States in which a trip ends, as long as it is its own trip. */
const ENDED: ReadonlySet<string> = new Set(['completed', 'rider_canceled', 'no_drivers_available', 'failed']);

export function hasEnded({ state }: { state: string }): boolean {
  return ENDED.has(state);
}

/** The newest version of each open trip; of too many the oldest are forgotten. */
export class SeenTrips<T extends SeenTrip> {
  readonly #trips = new Map<string, T>();

  /** True if this is newer than what was seen of the trip. */
  see(trip: T): boolean {
    const known = this.#trips.get(trip.trip_id);
    if (known !== undefined && known.seq >= trip.seq) return false;
    // Last, so that the first of the map is the one that was quiet for longest.
    this.#trips.delete(trip.trip_id);
    this.#trips.set(trip.trip_id, trip);
    if (this.#trips.size > MAX_RESUMED_TRIPS) {
      const quiet = [...this.#trips.values()].find(hasEnded) ?? this.#trips.values().next().value;
      if (quiet !== undefined) this.#trips.delete(quiet.trip_id);
    }
    return true;
  }

  get(tripId: string): T | undefined {
    return this.#trips.get(tripId);
  }

  forget(tripId: string): void {
    this.#trips.delete(tripId);
  }

  /** What a `resume` names: the trips that may have changed meanwhile. */
  toResume(): { trip_id: string; last_seq: number }[] {
    return [...this.#trips.values()]
      .filter((trip) => !hasEnded(trip))
      .map(({ trip_id, seq }) => ({ trip_id, last_seq: seq }));
  }
}
