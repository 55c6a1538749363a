/** How many times of the service the offset is chosen from: a clock that is set is followed within as many frames. */
const SAMPLES = 8;

/**
 * How far the clock of the service is ahead of ours. A frame is always late by the way it had, so of the newest samples
 * the largest offset is the best one.
 */
export class ServerClock {
  readonly #now: () => number;
  readonly #rate: number;
  /** Of times of the service, each against our clock times the rate. */
  readonly #offsetsMs: number[] = [];

  /** @param rate milliseconds of the service in one of `now` */
  constructor(now: () => number = Date.now, rate = 1) {
    this.#now = now;
    this.#rate = rate;
  }

  /** Takes the time that a frame tells. */
  hear(timestamp: string): void {
    const atMs = Date.parse(timestamp);
    if (Number.isNaN(atMs)) return;
    this.#offsetsMs.push(atMs - this.#now() * this.#rate);
    if (this.#offsetsMs.length > SAMPLES) this.#offsetsMs.shift();
  }

  /** How far the clock of the service is ahead of ours at present; zero before the first frame. */
  get offsetMs(): number {
    const nowMs = this.#now();
    return this.#at(nowMs) - nowMs;
  }

  /** Milliseconds since the epoch, as the service counts them. */
  now(): number {
    return this.#at(this.#now());
  }

  #at(nowMs: number): number {
    return this.#offsetsMs.length === 0 ? nowMs : nowMs * this.#rate + Math.max(...this.#offsetsMs);
  }
}
