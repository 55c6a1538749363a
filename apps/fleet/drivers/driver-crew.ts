import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetServices } from '../fleet-services.ts';
import { Driver } from './driver.ts';

/** Which share of the drivers has to be online before the demand begins. */
const ENOUGH_ONLINE = 0.95;
/** How long the demand waits for the drivers to come online, wall time; then it begins, and the run reports it. */
const ONLINE_WAIT_MS = 60_000;
/** How often the number of online drivers is checked before the demand begins, wall time. */
const ONLINE_POLL_MS = 50;

/** All simulated drivers. */
export class DriverCrew {
  readonly #drivers: readonly Driver[];

  constructor(starts: readonly number[], services: FleetServices) {
    this.#drivers = starts.map((node, index) => new Driver(index, node, services));
  }

  get size(): number {
    return this.#drivers.length;
  }

  online(): number {
    let count = 0;
    for (const driver of this.#drivers) if (driver.isOnline) count++;
    return count;
  }

  /** Lets everybody go online; resolves when enough are, or when that takes too long, or when stopped. */
  async start(stopping: AbortSignal): Promise<void> {
    for (const driver of this.#drivers) void driver.start();
    const deadlineMs = performance.now() + ONLINE_WAIT_MS;
    while (this.online() < ENOUGH_ONLINE * this.size && performance.now() < deadlineMs) {
      if (stopping.aborted) return;
      await sleep(ONLINE_POLL_MS);
    }
  }

  stop(): void {
    for (const driver of this.#drivers) driver.stop();
  }
}
