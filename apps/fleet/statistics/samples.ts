const FIRST_CAPACITY = 1024;

/** All values of a measure, for exact percentiles: eight bytes each, sorted when asked and something came in since. */
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

  /** Null for none. */
  mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  /** The smallest value that at least `share` (0 to 1) of all do not exceed (nearest rank); null for none. */
  percentile(share: number): number | null {
    if (this.#count === 0) return null;
    if (!this.#isSorted) this.#values.subarray(0, this.#count).sort();
    this.#isSorted = true;
    const rank = Math.min(this.#count, Math.max(1, Math.ceil(share * this.#count)));
    return this.#values[rank - 1] ?? null;
  }
}
