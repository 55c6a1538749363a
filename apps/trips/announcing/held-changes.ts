import type { TripChange, TripId } from '#libs/contracts';

/** Past that (the stream is away) changes are left to the relay. */
export const MAX_HELD_CHANGES = 50_000;
/** A change that has waited so long for an earlier one, of another process, is left to the relay. */
const HOLDING_LIMIT_MS = 2_000;

interface HeldTrip {
  /** By number. */
  changes: Map<number, TripChange>;
  sinceMs: number;
}

/** Changes of this process that are still to be put into the stream, by trip. */
export class HeldChanges {
  readonly #trips = new Map<TripId, HeldTrip>();
  #count = 0;

  /** Of trips. */
  get size(): number {
    return this.#trips.size;
  }

  add(change: TripChange): void {
    if (this.#count >= MAX_HELD_CHANGES) return;
    const { trip_id, seq } = change.event;
    const held = this.#trips.get(trip_id) ?? { changes: new Map(), sinceMs: performance.now() };
    this.#trips.set(trip_id, held);
    if (!held.changes.has(seq)) this.#count += 1;
    held.changes.set(seq, change);
  }

  /** Those that have waited longest first. */
  trips(limit: number): TripId[] {
    return [...this.#trips.keys()].slice(0, limit);
  }

  drop(tripId: TripId): void {
    this.#count -= this.#trips.get(tripId)?.changes.size ?? 0;
    this.#trips.delete(tripId);
  }

  /**
   * The changes whose turn it is, given the numbers that are not stored: from the lowest on, as far as they are held
   * here. What is behind somebody else's stays for a while; what is stored already is forgotten.
   */
  takeReady(tripId: TripId, waiting: readonly number[]): TripChange[] {
    const held = this.#trips.get(tripId);
    if (held === undefined) return [];
    const changes = waiting.map((seq) => held.changes.get(seq));
    const gap = changes.indexOf(undefined);
    const ready = (gap < 0 ? changes : changes.slice(0, gap)).filter((change) => change !== undefined);
    const blocked = gap < 0 ? [] : changes.slice(gap).filter((change) => change !== undefined);
    this.drop(tripId);
    if (performance.now() - held.sinceMs < HOLDING_LIMIT_MS)
      for (const change of blocked) this.#keep(change, held);
    return ready;
  }

  #keep(change: TripChange, { sinceMs }: HeldTrip): void {
    this.add(change);
    const held = this.#trips.get(change.event.trip_id);
    if (held !== undefined) held.sinceMs = sinceMs;
  }
}
