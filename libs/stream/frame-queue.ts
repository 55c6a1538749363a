/**
 * Handles the frames of one socket in the order they came. A frame whose handling is synchronous costs no promise; one
 * that is not holds back those after it, so that `online` is done before the position that follows.
 */
export class FrameQueue<F> {
  readonly #handle: (frame: F) => Promise<void> | undefined;
  readonly #maxWaiting: number;
  #waiting: F[] = [];
  #busy = false;

  /** `handle` answers failures itself: it neither throws nor rejects. */
  constructor(handle: (frame: F) => Promise<void> | undefined, maxWaiting: number) {
    this.#handle = handle;
    this.#maxWaiting = maxWaiting;
  }

  /** Holds all frames back until this is done. */
  hold(pending: Promise<void>): void {
    this.#busy = true;
    void pending.then(() => this.#next());
  }

  /** False where too many wait already; the frame is then dropped. */
  push(frame: F): boolean {
    if (!this.#busy) this.#start(frame);
    else if (this.#waiting.length >= this.#maxWaiting) return false;
    else this.#waiting.push(frame);
    return true;
  }

  /** Forgets what waits: nobody is left to answer. */
  clear(): void {
    this.#waiting = [];
  }

  #start(frame: F): void {
    const pending = this.#handle(frame);
    if (pending !== undefined) this.hold(pending);
  }

  #next(): void {
    this.#busy = false;
    while (!this.#busy) {
      const frame = this.#waiting.shift();
      if (frame === undefined) return;
      this.#start(frame);
    }
  }
}

/** Allows a burst, and a steady rate after it. Time is the caller's, in ms. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perMs: number;
  #tokens: number;
  #atMs: number;

  constructor(burst: number, perS: number, nowMs: number) {
    this.#burst = burst;
    this.#perMs = perS / 1000;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes one token; false where there is none. */
  take(nowMs: number): boolean {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsedMs * this.#perMs);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
