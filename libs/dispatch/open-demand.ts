import type { TripId } from '#libs/trip';
import type { OpenTrip } from './open-trip.ts';

/**
 * How many open trips one matcher holds by default; further ones are counted, and a later sweep finds them when there
 * is room.
 */
export const DEFAULT_TRIP_CAPACITY = 20_000;
/** How many ended trips are remembered, so that a stale message does not reopen them. */
export const MAX_ENDED_TRIPS = 65_536;

/** A logical time of an {@link OpenDemand}; see {@link OpenDemand.mark}. */
export type DemandMark = number;

/** Changes made by a sweep. `full`: trips left out for lack of room. */
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
 * The open trips of a matcher's shards. The trip's version orders its updates (nudges, outcomes of own offers, sweeps),
 * so they may arrive in any order and more than once.
 */
export class OpenDemand implements Iterable<OpenTrip> {
  readonly #capacity: number;
  readonly #entries = new Map<TripId, Entry>();
  /** Versions at which trips had ended, least recently updated first. */
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

  /** Longest waiting first; the id breaks ties. The order does not depend on the order of arrival. */
  [Symbol.iterator](): Iterator<OpenTrip> {
    const trips = Array.from(this.#entries.values(), (entry) => entry.trip);
    return trips.sort(byWaiting)[Symbol.iterator]();
  }

  /** The shards and ids of all trips that wait for a driver, in no order. */
  *waiting(): Iterable<readonly [shard: string, tripId: TripId]> {
    for (const { trip } of this.#entries.values())
      if (trip.driverId === undefined) yield [trip.shard, trip.tripId];
  }

  /** Applies a trip that is open at its version. */
  upsert(trip: OpenTrip): 'applied' | 'duplicate' | 'stale' | 'full' {
    const known = this.#knownVersion(trip.tripId);
    if (trip.version < known) return 'stale';
    if (trip.version === known) return 'duplicate';
    return this.#put(trip) ? 'applied' : 'full';
  }

  /** Applies that a trip is no longer open at a version. */
  remove(tripId: TripId, version: number): 'removed' | 'unknown' | 'stale' {
    const entry = this.#entries.get(tripId);
    if (entry !== undefined && entry.trip.version > version) return 'stale';
    this.#end(tripId, version);
    return entry === undefined ? 'unknown' : 'removed';
  }

  /** Take it before requesting a shard's open trips, and pass it to {@link replaceShard} with the reply. */
  mark(): DemandMark {
    return ++this.#clock;
  }

  /**
   * Replaces a shard's open trips by a complete list, read at or after `asked`. Keeps trips with a newer version, and
   * unlisted trips that were updated since `asked`.
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

  /** Forgets the trips of a shard that is no longer owned; they may come back. Returns their number. */
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

  /** The known version in another shard counts as news too, because the list has the current shard. */
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

/** The order in which trips are processed. */
export function byWaiting(a: OpenTrip, b: OpenTrip): number {
  return a.requestedAtMs - b.requestedAtMs || (a.tripId < b.tripId ? -1 : Number(a.tripId > b.tripId));
}
