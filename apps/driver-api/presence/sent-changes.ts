import type { TripId } from '#libs/contracts';

/**
 * How many trips of a driver are remembered to drop repeated pushes: the current one, and a few that have just
 * ended.
 */
const MAX_TRIPS_REMEMBERED = 16;

/** The newest change of each trip that a socket was told: pushes may come twice, and late. */
export class SentChanges {
  readonly #newest = new Map<TripId, number>();

  /** True once for each change, and only where no newer one of its trip went before. */
  take(tripId: TripId, seq: number): boolean {
    if (seq <= (this.#newest.get(tripId) ?? 0)) return false;
    this.#newest.delete(tripId);
    this.#newest.set(tripId, seq);
    if (this.#newest.size > MAX_TRIPS_REMEMBERED) {
      const [oldest] = this.#newest.keys();
      if (oldest !== undefined) this.#newest.delete(oldest);
    }
    return true;
  }

  /** A new socket says itself what it has. */
  clear(): void {
    this.#newest.clear();
  }
}
