import { Injectable } from '@nestjs/common';
import type { DriverId } from '#libs/trip';

/** How long a driver whose offer was refused is not tried again, unless its status changes, service time. */
const AVOID_MS = 2_000;
/** How many such drivers are remembered; beyond that, the oldest are tried again. */
export const MAX_AVOIDED_DRIVERS = 10_000;

/** Drivers whose claim was refused. This matcher's view of them is stale until their next status arrives. */
@Injectable()
export class AvoidedDrivers {
  readonly #drivers = new Map<DriverId, { statusVersion: number; untilMs: number }>();

  avoid(driverId: DriverId, statusVersion: number, nowMs: number): void {
    for (const [oldest, { untilMs }] of this.#drivers) {
      if (untilMs > nowMs && this.#drivers.size < MAX_AVOIDED_DRIVERS) break;
      this.#drivers.delete(oldest);
    }
    this.#drivers.delete(driverId);
    this.#drivers.set(driverId, { statusVersion, untilMs: nowMs + AVOID_MS });
  }

  /** @param versionOf called only for remembered drivers, because a round asks for each driver in sight */
  isAvoided(driverId: DriverId, versionOf: (driverId: DriverId) => number, nowMs: number): boolean {
    const avoided = this.#drivers.get(driverId);
    return avoided !== undefined && avoided.untilMs > nowMs && avoided.statusVersion >= versionOf(driverId);
  }
}
