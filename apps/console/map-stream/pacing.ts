/** How much time lies between two updates of a page at least, machine time. */
export const UPDATE_INTERVAL_MS = 1_000;
/** How long a page may leave an update unacknowledged, or say no view, machine time. */
export const ACK_LIMIT_MS = 30_000;

/** What to do now: send an update, wait, or give the page up. */
export type Turn = 'send' | 'too_soon' | 'unacknowledged' | 'give_up';

/** When a page gets its next update: a second after the last one, once that was acknowledged. All times are machine time. */
export class Pacing {
  #update = 0;
  #sentAtMs = -Infinity;
  #waitsSinceMs: number | undefined;

  /** @param nowMs from which on the page has to say what it shows */
  constructor(nowMs: number) {
    this.#waitsSinceMs = nowMs;
  }

  /** Whether the page has said something to wait for: the first view, or the acknowledgement of the last update. */
  acknowledge(update: number): void {
    if (update === this.#update) this.#waitsSinceMs = undefined;
  }

  turn(nowMs: number): Turn {
    if (this.#waitsSinceMs !== undefined)
      return nowMs - this.#waitsSinceMs > ACK_LIMIT_MS ? 'give_up' : 'unacknowledged';
    return nowMs - this.#sentAtMs < UPDATE_INTERVAL_MS ? 'too_soon' : 'send';
  }

  /** The number of the update that is sent now. */
  sent(nowMs: number): number {
    this.#update += 1;
    this.#sentAtMs = nowMs;
    this.#waitsSinceMs = nowMs;
    return this.#update;
  }
}
