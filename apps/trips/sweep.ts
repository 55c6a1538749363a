import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { machineTime, OutageLog, RepeatingTask, type Clock, type Logger } from '#libs/service';

/**
 * Work that is found in Postgres again and again, until the process goes down. A run that fails does not keep the
 * next from trying.
 */
export abstract class Sweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: RepeatingTask;

  /** @param what as it stands in the log: "… fails", "… works again" */
  constructor(what: string, intervalMs: number, clock: Clock, logger: Logger) {
    const outage = new OutageLog(logger, what);
    this.#task = new RepeatingTask({
      clock,
      intervalMs: machineTime(clock, intervalMs),
      run: async () => {
        await this.sweep();
        outage.worked();
      },
      onError: (error) => outage.failed(error),
    });
  }

  protected abstract sweep(): Promise<void>;

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }
}

/** Does pieces of work of a size one after the other, until one is not full or `maxGoes` are done. */
export async function inGoes(maxGoes: number, size: number, go: () => Promise<number>): Promise<void> {
  for (let goes = 0; goes < maxGoes; goes += 1) if ((await go()) < size) return;
}
