/** How many times of the service the offset is chosen from: a clock that is set is followed within as many frames. */
const SAMPLES = 8;

/**
 * How far the clock of the service is ahead of ours. A frame is always late by the way it had, so of the newest samples
 * the largest offset is the best one.
 */
export class ServerClock {
  readonly #now: () => number;
  readonly #offsetsMs: number[] = [];

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Takes the time that a frame tells. */
  hear(timestamp: string): void {
    const atMs = Date.parse(timestamp);
    if (Number.isNaN(atMs)) return;
    this.#offsetsMs.push(atMs - this.#now());
    if (this.#offsetsMs.length > SAMPLES) this.#offsetsMs.shift();
  }

  /** Zero before the first frame. */
  get offsetMs(): number {
    return this.#offsetsMs.length === 0 ? 0 : Math.max(...this.#offsetsMs);
  }

  /** Milliseconds since the epoch, as the service counts them. */
  now(): number {
    return this.#now() + this.offsetMs;
  }
}
