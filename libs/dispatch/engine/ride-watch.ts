import { RecentMap, type Point } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import type { RidingDriver } from '../supply-view.ts';

/** How many ended rides are remembered until their drivers' next rides begin; the oldest are forgotten first. */
export const MAX_ENDED_RIDES = 50_000;
/** How long an empty run may be to count: a longer one is a pause, which says nothing about the place. */
const MAX_EMPTY_RUN_S = 3_600;

/** The empty time of a driver between the end of a ride and the start of the next one. */
export interface EmptyRun {
  readonly rideEnd: Point;
  readonly emptyS: number;
}

/** Detects ended and begun rides by comparing the riding drivers with those of the previous call. */
export class RideWatch {
  #riding = new Map<DriverId, Point>();
  readonly #ended = new RecentMap<DriverId, { rideEnd: Point; atMs: number }>(MAX_ENDED_RIDES);

  /**
   * A ride of a driver who left this matcher's sight has not ended here.
   *
   * @returns the empty runs that have ended since the previous call */
  look(
    riding: Iterable<RidingDriver>,
    nowMs: number,
    isInSight: (driverId: DriverId) => boolean,
  ): EmptyRun[] {
    const before = this.#riding;
    this.#riding = new Map(Array.from(riding, ({ driverId, rideEnd }) => [driverId, rideEnd]));
    for (const [driverId, rideEnd] of before)
      if (!this.#riding.has(driverId) && isInSight(driverId))
        this.#ended.set(driverId, { rideEnd, atMs: nowMs });
    const runs: EmptyRun[] = [];
    for (const driverId of this.#riding.keys()) {
      const ended = before.has(driverId) ? undefined : this.#ended.get(driverId);
      const emptyS = ended === undefined ? Infinity : (nowMs - ended.atMs) / 1_000;
      if (ended !== undefined && emptyS <= MAX_EMPTY_RUN_S) runs.push({ rideEnd: ended.rideEnd, emptyS });
    }
    return runs;
  }
}
