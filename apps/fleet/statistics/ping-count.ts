import { SlidingCount } from './sliding-count.ts';

const WINDOW_S = 5;

/** Positions sent: in all, and a wall second over the last few. */
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
