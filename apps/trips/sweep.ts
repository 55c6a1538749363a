import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { machineTime, type Cancel, type Clock, type Logger } from '#libs/service';

/**
 * Work that is found in Postgres again and again. Runs do not overlap; one that fails is reported once until one succeeds,
 * and the next is tried all the same.
 */
export abstract class Sweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #name: string;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #cancel: Cancel | undefined;
  #running: Promise<void> | undefined;
  #failing = false;

  constructor(name: string, intervalMs: number, clock: Clock, logger: Logger) {
    this.#name = name;
    this.#intervalMs = intervalMs;
    this.#clock = clock;
    this.#logger = logger;
  }

  protected abstract sweep(): Promise<void>;

  onApplicationBootstrap(): void {
    this.#cancel = this.#clock.every(machineTime(this.#clock, this.#intervalMs), () => {
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
      });
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#cancel?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.sweep();
      if (this.#failing) this.#logger.info({ event: 'sweep_resumed', sweep: this.#name }, 'works again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing)
        this.#logger.error({ event: 'sweep_failed', sweep: this.#name, err: error }, 'will be tried again');
      this.#failing = true;
    }
  }
}
