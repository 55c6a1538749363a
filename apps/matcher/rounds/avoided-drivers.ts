import { Injectable } from '@nestjs/common';
import type { DriverId } from '#libs/dispatch';

/** A driver who could not be had is not tried again for so long, unless its status has changed; service time. */
const AVOID_MS = 2_000;
export const MAX_AVOIDED_DRIVERS = 10_000;

/** Drivers whose claim was refused: what is known of them is old, and will be news soon. */
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

  /** @param versionOf asked of those few only that are remembered: a round puts this question for each driver in sight */
  isAvoided(driverId: DriverId, versionOf: (driverId: DriverId) => number, nowMs: number): boolean {
    const avoided = this.#drivers.get(driverId);
    return avoided !== undefined && avoided.untilMs > nowMs && avoided.statusVersion >= versionOf(driverId);
  }
}
