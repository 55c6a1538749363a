import { Injectable } from '@nestjs/common';
import type { DriverId } from '#libs/contracts';
import { FORGET_POSITION_MS, type Track } from './track.ts';

/** How many drivers' tracks are kept. Beyond it the driver silent for longest begins with a new budget. */
export const MAX_TRACKS = 200_000;

/**
 * The movement of each driver heard within {@link FORGET_POSITION_MS}. Kept apart from presences, which end with a
 * session: a driver who goes offline and online again is still the same car.
 */
@Injectable()
export class Tracks {
  /** In the order in which the drivers were last heard. */
  readonly #byDriver = new Map<DriverId, { track: Track; heardAtMs: number }>();

  get(driverId: DriverId): Track | undefined {
    return this.#byDriver.get(driverId)?.track;
  }

  set(driverId: DriverId, track: Track, nowMs: number): void {
    this.#byDriver.delete(driverId);
    this.#byDriver.set(driverId, { track, heardAtMs: nowMs });
    for (const [oldest, { heardAtMs }] of this.#byDriver) {
      if (this.#byDriver.size <= MAX_TRACKS && nowMs - heardAtMs <= FORGET_POSITION_MS) return;
      this.#byDriver.delete(oldest);
    }
  }
}
