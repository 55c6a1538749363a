import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetServices } from '../fleet-services.ts';
import { Driver } from './driver.ts';

/** Share of drivers that must be online before the demand begins. */
const ENOUGH_ONLINE = 0.95;
/** How long the demand waits for drivers to come online, wall time. Then it begins anyway, and the run reports it. */
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

  /** Brings all drivers online; resolves when enough are online, on time-out, or when stopped. */
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
