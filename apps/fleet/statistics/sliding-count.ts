/** Events within the last `buckets` equal spans of time, in a ring of counts. */
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
