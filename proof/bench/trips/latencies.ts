/** Measured times, in milliseconds. */
export class Latencies {
  #all: number[] = [];

  add(ms: number): void {
    this.#all.push(ms);
  }

  get count(): number {
    return this.#all.length;
  }

  /** The given quantile. */
  quantile(share: number): number {
    const sorted = this.#all.toSorted((a, b) => a - b);
    return hundredths(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  }
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
