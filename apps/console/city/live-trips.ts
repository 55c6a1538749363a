import type { TripId, TripRecord } from '#libs/contracts';
import { RecentMap } from '#libs/geo';

/** How many open trips the console shows; further ones are counted and left out. */
export const MAX_TRIPS = 50_000;
/** How many ended trips are remembered, so that a late message does not open one again. */
const MAX_ENDED_TRIPS = 50_000;

/** States in which a trip is open, in the order in which a trip passes them. */
export const OPEN_STATES = ['processing', 'accepted', 'arrived', 'in_progress'] as const;
const OPEN: ReadonlySet<string> = new Set(OPEN_STATES);

interface KnownTrip {
  readonly trip: TripRecord;
  /** When it last changed here, service time. */
  readonly learnedAtMs: number;
}

/** The open trips as lists of the operators' API give them. */
export interface ListedTrips {
  readonly trips: readonly TripRecord[];
  /** When the first list was asked for, service time. */
  readonly askedAtMs: number;
  /** Whether the lists came to their ends. */
  readonly isWhole: boolean;
}

/** The open trips of the city, ordered by the number of their newest event; ended ones go. */
export class LiveTrips {
  readonly #trips = new Map<TripId, KnownTrip>();
  readonly #ended = new RecentMap<TripId, true>(MAX_ENDED_TRIPS);
  readonly #max: number;
  #leftOut = 0;

  constructor(max = MAX_TRIPS) {
    this.#max = max;
  }

  get size(): number {
    return this.#trips.size;
  }

  /** How many messages of trips beyond the bound were left out. */
  get leftOut(): number {
    return this.#leftOut;
  }

  *[Symbol.iterator](): IterableIterator<TripRecord> {
    for (const { trip } of this.#trips.values()) yield trip;
  }

  get(tripId: TripId): TripRecord | undefined {
    return this.#trips.get(tripId)?.trip;
  }

  apply(trip: TripRecord, nowMs: number): void {
    const { trip_id: tripId } = trip;
    const known = this.#trips.get(tripId);
    if (this.#ended.get(tripId) === true || (known !== undefined && known.trip.seq >= trip.seq)) return;
    if (!OPEN.has(trip.state)) {
      this.#trips.delete(tripId);
      this.#ended.set(tripId, true);
    } else if (known === undefined && this.#trips.size >= this.#max) this.#leftOut += 1;
    else this.#trips.set(tripId, { trip, learnedAtMs: nowMs });
  }

  /**
   * Adds what the lists have, and drops the trips that they lack: those have ended, unless they changed after the lists were
   * asked for.
   */
  reconcile({ trips, askedAtMs, isWhole }: ListedTrips, nowMs: number): void {
    for (const trip of trips) this.apply(trip, nowMs);
    if (!isWhole) return;
    const listed = new Set(trips.map(({ trip_id: tripId }) => tripId));
    for (const [tripId, { learnedAtMs }] of this.#trips)
      if (!listed.has(tripId) && learnedAtMs < askedAtMs) this.#trips.delete(tripId);
  }

  clear(): void {
    this.#trips.clear();
  }
}
