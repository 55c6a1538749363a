import type { TripId } from '#libs/contracts';

/**
 * How many trips of a driver are remembered to drop repeated pushes: the current one, and a few that have just
 * ended.
 */
const MAX_TRIPS_REMEMBERED = 16;

/** The newest change of each trip that was sent to a socket, to drop repeated and late pushes. */
export class SentChanges {
  readonly #newest = new Map<TripId, number>();

  /** True once for each change, and only if no newer change of its trip was sent before. */
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

  /** Forgets all: a new socket names the changes it has by `resume`. */
  clear(): void {
    this.#newest.clear();
  }
}
