import type { ServiceClock } from './service-clock.ts';

/** Tick of the wheel, wall time: the longest delay of a simulated action. Pings of one tick are sent together. */
export const TICK_MS = 100;

/** A task for a given time; the same object may be scheduled again. */
export interface Job {
  run(nowMs: number): void;
}

/**
 * Puts all delays of the simulated city on one timer: thousands of drivers cost list entries, not timers. Times are
 * service time; a job runs at the first tick that is not before its time.
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

  /** Schedules the job for the given service time; for the next tick if that has passed. */
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

  /** Runs all due jobs, in order of their ticks. */
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
