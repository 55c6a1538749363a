import { Injectable } from '@nestjs/common';

/** Rounds that the percentile is taken over. */
const MAX_ROUNDS = 128;

/** How long the latest rounds took, and how much of this process's time their decisions. */
@Injectable()
export class RoundTimes {
  readonly #latestMs: number[] = [];
  #busyMs = 0;

  /** @param busyMs of the decisions alone, without waiting for commits */
  note(wholeMs: number, busyMs: number): void {
    this.#latestMs.push(wholeMs);
    if (this.#latestMs.length > MAX_ROUNDS) this.#latestMs.shift();
    this.#busyMs += busyMs;
  }

  p99Ms(): number {
    const ordered = [...this.#latestMs].sort((a, b) => a - b);
    return ordered[Math.ceil(ordered.length * 0.99) - 1] ?? 0;
  }

  /** Since it was last asked. */
  takeBusyMs(): number {
    const busyMs = this.#busyMs;
    this.#busyMs = 0;
    return busyMs;
  }
}
