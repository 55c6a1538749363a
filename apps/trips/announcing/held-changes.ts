import type { TripChange, TripId } from '#libs/contracts';

/** How many changes wait in memory for the event stream; beyond that they are left to the relay. */
export const MAX_HELD_CHANGES = 50_000;
/** How long a change waits for an earlier one of another process before it is left to the relay. */
const HOLDING_LIMIT_MS = 2_000;

/** Changes of one trip, by sequence number. */
export interface HeldTrip {
  tripId: TripId;
  changes: Map<number, TripChange>;
  sinceMs: number;
}

/** Changes of this process that are not in the stream yet, by trip. */
export class HeldChanges {
  readonly #trips = new Map<TripId, HeldTrip>();
  #count = 0;

  /** How many trips have held changes. */
  get size(): number {
    return this.#trips.size;
  }

  add(change: TripChange): void {
    this.#keep(change, performance.now());
  }

  /** Takes out the trips that have waited longest. Changes added later are held separately. */
  take(maxTrips: number): HeldTrip[] {
    const taken = [...this.#trips.values()].slice(0, maxTrips);
    for (const { tripId, changes } of taken) {
      this.#trips.delete(tripId);
      this.#count -= changes.size;
    }
    return taken;
  }

  /**
   * Returns the changes that can be stored now: those held here from the lowest unstored number on, up to the first gap.
   * Changes behind a gap are held again until {@link HOLDING_LIMIT_MS}; stored ones are dropped.
   *
   * @param waiting the trip's numbers that are not stored, in order, read after the trip was taken out
   */
  readyOf({ changes, sinceMs }: HeldTrip, waiting: readonly number[]): TripChange[] {
    const inOrder = waiting.map((seq) => changes.get(seq));
    const gap = inOrder.indexOf(undefined);
    const ready = gap < 0 ? inOrder : inOrder.slice(0, gap);
    const blocked = gap < 0 ? [] : inOrder.slice(gap);
    if (performance.now() - sinceMs < HOLDING_LIMIT_MS)
      for (const change of blocked) if (change !== undefined) this.#keep(change, sinceMs);
    return ready.filter((change) => change !== undefined);
  }

  #keep(change: TripChange, sinceMs: number): void {
    if (this.#count >= MAX_HELD_CHANGES) return;
    const { trip_id: tripId, seq } = change.event;
    const held = this.#trips.get(tripId) ?? { tripId, changes: new Map<number, TripChange>(), sinceMs };
    this.#trips.set(tripId, held);
    held.sinceMs = Math.min(held.sinceMs, sinceMs);
    if (!held.changes.has(seq)) this.#count += 1;
    held.changes.set(seq, change);
  }
}
