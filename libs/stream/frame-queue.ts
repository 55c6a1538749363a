/**
 * Handles the frames of one socket in order of arrival. A frame handled synchronously costs no promise; an asynchronous
 * one holds later frames back, so that `online` is done before the position that follows.
 */
export class FrameQueue<F> {
  readonly #handle: (frame: F) => Promise<void> | undefined;
  readonly #maxWaiting: number;
  #waiting: F[] = [];
  #busy = false;

  /** `handle` must answer failures itself: it must neither throw nor reject. */
  constructor(handle: (frame: F) => Promise<void> | undefined, maxWaiting: number) {
    this.#handle = handle;
    this.#maxWaiting = maxWaiting;
  }

  /** Holds all frames back until `pending` settles. */
  hold(pending: Promise<void>): void {
    this.#busy = true;
    void pending.then(() => this.#next());
  }

  /** Returns false and drops the frame if too many frames wait already. */
  push(frame: F): boolean {
    if (!this.#busy) this.#start(frame);
    else if (this.#waiting.length >= this.#maxWaiting) return false;
    else this.#waiting.push(frame);
    return true;
  }

  /** Drops the waiting frames: the socket has closed, so there is no peer to answer. */
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

/** Allows a burst, then a steady rate. The caller passes the time, in ms. */
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

  /** Takes one token; false if there is none. */
  take(nowMs: number): boolean {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsedMs * this.#perMs);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
