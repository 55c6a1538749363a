import type { TripId } from '#libs/trip';
import type { OpenTrip } from './open-trip.ts';

/**
 * How many open trips one matcher holds by default; those beyond are counted, and found again when there is room.
 */
export const DEFAULT_TRIP_CAPACITY = 20_000;
/** How many ended trips are remembered, so that a late message from before their end does not bring them back. */
export const MAX_ENDED_TRIPS = 65_536;

/** A moment in the life of an {@link OpenDemand}; see {@link OpenDemand.mark}. */
export type DemandMark = number;

/** What a sweep has changed. `full`: trips left out because there was no room. */
export interface SweepOutcome {
  readonly taken: number;
  readonly removed: number;
  readonly full: number;
}

interface Entry {
  readonly trip: OpenTrip;
  readonly touched: DemandMark;
}

/**
 * The open trips of a matcher's shards. Words on a trip (nudges, outcomes of its own offers, sweeps) are ordered by
 * the trip's version, so they may come in any order and more than once.
 */
export class OpenDemand implements Iterable<OpenTrip> {
  readonly #capacity: number;
  readonly #entries = new Map<TripId, Entry>();
  /** Version at which a trip was known to be open no more, oldest word first. */
  readonly #ended = new Map<TripId, number>();
  #clock: DemandMark = 0;

  constructor({ capacity = DEFAULT_TRIP_CAPACITY }: { readonly capacity?: number } = {}) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError('capacity must be a positive whole number');
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(tripId: TripId): OpenTrip | undefined {
    return this.#entries.get(tripId)?.trip;
  }

  /** Longest waiting first, trips of one moment by id: the order does not depend on how the trips came to be known. */
  [Symbol.iterator](): Iterator<OpenTrip> {
    const trips = Array.from(this.#entries.values(), (entry) => entry.trip);
    return trips.sort(byWaiting)[Symbol.iterator]();
  }

  /** The shards and ids of all trips that wait for a driver, in no order. */
  *waiting(): Iterable<readonly [shard: string, tripId: TripId]> {
    for (const { trip } of this.#entries.values())
      if (trip.driverId === undefined) yield [trip.shard, trip.tripId];
  }

  /** Takes in a trip that is open at its version. */
  upsert(trip: OpenTrip): 'applied' | 'duplicate' | 'stale' | 'full' {
    const known = this.#knownVersion(trip.tripId);
    if (trip.version < known) return 'stale';
    if (trip.version === known) return 'duplicate';
    return this.#put(trip) ? 'applied' : 'full';
  }

  /** Takes in that a trip is open no more at a version. */
  remove(tripId: TripId, version: number): 'removed' | 'unknown' | 'stale' {
    const entry = this.#entries.get(tripId);
    if (entry !== undefined && entry.trip.version > version) return 'stale';
    this.#end(tripId, version);
    return entry === undefined ? 'unknown' : 'removed';
  }

  /**
   * To be taken before the question for a shard's open trips is sent; {@link replaceShard} wants it with the answer.
   */
  mark(): DemandMark {
    return ++this.#clock;
  }

  /**
   * Takes in the whole list of a shard's open trips, as it was at or after `asked`. What was heard since and is newer
   * by version stands; trips not in the list are dropped unless they were heard of since.
   */
  replaceShard(shard: string, trips: Iterable<OpenTrip>, asked: DemandMark): SweepOutcome {
    const listed = new Set<TripId>();
    const outcome = { taken: 0, removed: 0, full: 0 };
    const fresh: OpenTrip[] = [];
    for (const trip of trips) {
      listed.add(trip.tripId);
      if (this.#isNews(trip)) fresh.push(trip);
    }
    for (const { trip, touched } of this.#entries.values()) {
      if (trip.shard !== shard || listed.has(trip.tripId) || touched >= asked) continue;
      this.#end(trip.tripId, trip.version);
      outcome.removed++;
    }
    for (const trip of fresh) outcome[this.#put(trip) ? 'taken' : 'full']++;
    return outcome;
  }

  /** Forgets a shard that is owned no more; its trips may come back. Returns how many there were. */
  dropShard(shard: string): number {
    const before = this.#entries.size;
    for (const { trip } of this.#entries.values()) {
      if (trip.shard === shard) this.#entries.delete(trip.tripId);
    }
    return before - this.#entries.size;
  }

  /** Forgets all shards but these. */
  keepShards(shards: ReadonlySet<string>): void {
    for (const { trip } of this.#entries.values()) {
      if (!shards.has(trip.shard)) this.#entries.delete(trip.tripId);
    }
  }

  /** A listed trip of the version known is taken too: the list says which shard it belongs to now. */
  #isNews(trip: OpenTrip): boolean {
    const entry = this.#entries.get(trip.tripId);
    if (entry === undefined) return trip.version > this.#knownVersion(trip.tripId);
    return (
      trip.version > entry.trip.version ||
      (trip.version === entry.trip.version && trip.shard !== entry.trip.shard)
    );
  }

  #knownVersion(tripId: TripId): number {
    return Math.max(
      this.#entries.get(tripId)?.trip.version ?? -Infinity,
      this.#ended.get(tripId) ?? -Infinity,
    );
  }

  #put(trip: OpenTrip): boolean {
    if (this.#entries.size >= this.#capacity && !this.#entries.has(trip.tripId)) return false;
    this.#ended.delete(trip.tripId);
    this.#entries.set(trip.tripId, { trip, touched: this.#clock });
    return true;
  }

  #end(tripId: TripId, version: number): void {
    this.#entries.delete(tripId);
    const ended = Math.max(version, this.#ended.get(tripId) ?? -Infinity);
    this.#ended.delete(tripId);
    this.#ended.set(tripId, ended);
    if (this.#ended.size <= MAX_ENDED_TRIPS) return;
    for (const oldest of this.#ended.keys()) {
      this.#ended.delete(oldest);
      return;
    }
  }
}

/** The order in which trips are dealt with. */
export function byWaiting(a: OpenTrip, b: OpenTrip): number {
  return a.requestedAtMs - b.requestedAtMs || (a.tripId < b.tripId ? -1 : Number(a.tripId > b.tripId));
}
