/** Counts the events of the last `buckets` equal spans of time, in a ring. */
export class SlidingCount {
  readonly #spanMs: number;
  readonly #counts: Uint32Array;
  #span: number;

  constructor(spanMs: number, buckets: number, nowMs: number) {
    this.#spanMs = spanMs;
    this.#counts = new Uint32Array(buckets);
    this.#span = Math.floor(nowMs / spanMs);
  }

  add(nowMs: number, count = 1): void {
    this.#moveTo(nowMs);
    const bucket = this.#span % this.#counts.length;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
  }

  total(nowMs: number): number {
    this.#moveTo(nowMs);
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #moveTo(nowMs: number): void {
    const span = Math.max(this.#span, Math.floor(nowMs / this.#spanMs));
    if (span - this.#span >= this.#counts.length) this.#counts.fill(0);
    else for (let next = this.#span + 1; next <= span; next++) this.#counts[next % this.#counts.length] = 0;
    this.#span = span;
  }
}

/** Seconds over which the ping rate is averaged. */
const WINDOW_S = 5;

/** Positions sent: the total, and the recent rate per wall second. */
export class PingCount {
  readonly #recent = new SlidingCount(1000, WINDOW_S, performance.now());
  sent = 0;

  count(): void {
    this.sent++;
    this.#recent.add(performance.now());
  }

  perSecond(): number {
    return this.#recent.total(performance.now()) / WINDOW_S;
  }
}

/** Maximum number of distinct error codes counted, so that a misbehaving service cannot fill the memory. */
const MAX_CODES = 100;
const OTHER_CODES = 'other';

/** Errors by code. */
export class ErrorCounts {
  readonly #counts = new Map<string, number>();
  #total = 0;

  add(code: string): void {
    const key = this.#counts.has(code) || this.#counts.size < MAX_CODES ? code : OTHER_CODES;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#total++;
  }

  get total(): number {
    return this.#total;
  }

  byCode(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Initial capacity in samples; it doubles when full. */
const FIRST_CAPACITY = 1024;

/** All values of a measure, for exact percentiles: eight bytes each, sorted on demand after new values. */
export class Samples {
  #values = new Float64Array(FIRST_CAPACITY);
  #count = 0;
  #sum = 0;
  #isSorted = true;

  add(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = value;
    this.#sum += value;
    this.#isSorted = false;
  }

  /** Null without values. */
  mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  /** The smallest value that at least `share` (0 to 1) of all do not exceed (nearest rank); null without values. */
  percentile(share: number): number | null {
    if (this.#count === 0) return null;
    if (!this.#isSorted) this.#values.subarray(0, this.#count).sort();
    this.#isSorted = true;
    const rank = Math.min(this.#count, Math.max(1, Math.ceil(share * this.#count)));
    return this.#values[rank - 1] ?? null;
  }
}
