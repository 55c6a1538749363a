import type { EventQueue } from './event-queue.ts';
import type { Random } from '#libs/random';

/** Maximum offset and drift of the clocks of machines. */
const MAX_SKEW_MS = 200;
const MAX_DRIFT = 0.002;

/**
 * A process. A crash loses its pending work; after a freeze it continues that work as if no time had passed. Its clock
 * differs slightly from the others.
 */
export class SimNode {
  readonly name: string;
  readonly #queue: EventQueue;
  readonly #skewMs: number;
  readonly #drift: number;
  #life = 0;
  #up = false;
  #frozen = false;
  #backlog: (() => void)[] = [];

  constructor(name: string, queue: EventQueue, random: Random) {
    this.name = name;
    this.#queue = queue;
    this.#skewMs = random.between(-MAX_SKEW_MS, MAX_SKEW_MS);
    this.#drift = random.between(-MAX_DRIFT, MAX_DRIFT);
  }

  get isUp(): boolean {
    return this.#up;
  }

  get isFrozen(): boolean {
    return this.#frozen;
  }

  /** By its own clock. */
  get nowMs(): number {
    return this.#queue.nowMs * (1 + this.#drift) + this.#skewMs;
  }

  start(): void {
    this.#life += 1;
    this.#up = true;
    this.#frozen = false;
    this.#backlog = [];
  }

  crash(): void {
    this.#life += 1;
    this.#up = false;
    this.#frozen = false;
    this.#backlog = [];
  }

  freeze(): void {
    this.#frozen = this.#up;
  }

  wake(): void {
    this.#frozen = false;
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const run of backlog) this.now(run);
  }

  /** Runs an event of the process: now, when the process wakes, or never. */
  now(run: () => void): void {
    if (!this.#up) return;
    if (this.#frozen) this.#backlog.push(run);
    else run();
  }

  /** Does nothing if this life of the process is over. */
  inThisLife<T>(run: (value: T) => void): (value: T) => void {
    const life = this.#life;
    return (value) => {
      if (this.#life === life) run(value);
    };
  }

  /** Schedules a callback within this life of the process. */
  after(delayMs: number, run: () => void): void {
    const life = this.#life;
    this.#queue.after(delayMs, () => {
      if (this.#life === life) this.now(run);
    });
  }

  every(intervalMs: number, run: () => void): void {
    this.after(intervalMs, () => {
      run();
      this.every(intervalMs, run);
    });
  }
}
