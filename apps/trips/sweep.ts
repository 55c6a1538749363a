import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { machineTime, OutageLog, RepeatingTask, type Clock, type Logger } from '#libs/service';

/**
 * Runs periodic work until the process shuts down. A failed run does not stop the next one.
 */
export abstract class Sweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: RepeatingTask;

  /** @param what names the work in the log: "… fails", "… works again" */
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

/** Runs batches one after the other until one is not full or `maxBatches` have run. A batch returns how many rows it had. */
export async function inBatches(
  maxBatches: number,
  size: number,
  runBatch: () => Promise<number>,
): Promise<void> {
  for (let batches = 0; batches < maxBatches; batches += 1) if ((await runBatch()) < size) return;
}
