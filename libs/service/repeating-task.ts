import type { Cancel, Clock } from './clock.ts';

export interface RepeatingTaskOptions {
  readonly clock: Clock;
  /** Service time from the start of one run to the start of the next. */
  readonly intervalMs: number;
  readonly run: () => Promise<void>;
  /** Called with the error of a failed run; the task continues. */
  readonly onError: (error: unknown) => void;
}

/**
 * Runs a task periodically, one run at a time. A run that takes longer than the interval is followed by the next one at
 * once; missed runs are not made up for.
 */
export class RepeatingTask {
  readonly #options: RepeatingTaskOptions;
  #cancelNext: Cancel = () => {};
  #running: Promise<void> = Promise.resolve();
  #started = false;

  constructor(options: RepeatingTaskOptions) {
    this.#options = options;
  }

  /** Starts the first run now. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#begin();
  }

  /** Starts no further run. Resolves when the current one has ended. */
  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelNext();
    await this.#running;
  }

  #begin(): void {
    this.#running = this.#runOnce();
  }

  async #runOnce(): Promise<void> {
    const { clock, intervalMs, run, onError } = this.#options;
    const dueMs = clock.now() + intervalMs;
    try {
      await run();
    } catch (error) {
      onError(error);
    }
    if (!this.#started) return;
    this.#cancelNext = clock.after(Math.max(0, dueMs - clock.now()), () => this.#begin());
  }
}
