import type { ServiceClock } from './service-clock.ts';

/** How late a simulated person may act, wall time; also how many pings leave together. */
export const TICK_MS = 100;

/** Something to do at its time; the same object may be put on the wheel again and again. */
export interface Job {
  run(nowMs: number): void;
}

/**
 * All waiting of the simulated city on one timer: thousands of drivers cost thousands of list entries, not timers.
 * Times are service time; a job runs at the first tick that is not before its time.
 */
export class TickWheel {
  readonly #clock: ServiceClock;
  readonly #tickServiceMs: number;
  readonly #startMs: number;
  readonly #jobsByTick = new Map<number, Job[]>();
  #tick = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: ServiceClock) {
    this.#clock = clock;
    this.#tickServiceMs = TICK_MS * clock.speed;
    this.#startMs = clock.now();
  }

  /** Runs the job at the given service time; at the next tick where that has passed. */
  at(timeMs: number, job: Job): void {
    const tick = Math.max(this.#tick + 1, Math.ceil((timeMs - this.#startMs) / this.#tickServiceMs));
    const jobs = this.#jobsByTick.get(tick);
    if (jobs === undefined) this.#jobsByTick.set(tick, [job]);
    else jobs.push(job);
  }

  start(): void {
    this.#timer ??= setInterval(() => this.advance(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#jobsByTick.clear();
  }

  /** Runs all that is due by now, in the order of its ticks. */
  advance(): void {
    const nowMs = this.#clock.now();
    const dueTick = Math.floor((nowMs - this.#startMs) / this.#tickServiceMs);
    while (this.#tick < dueTick) {
      this.#tick++;
      const jobs = this.#jobsByTick.get(this.#tick);
      if (jobs === undefined) continue;
      this.#jobsByTick.delete(this.#tick);
      for (const job of jobs) job.run(nowMs);
    }
  }
}
