import { shortDistanceM, type Point } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import type { RidingDriver } from '../supply-view.ts';
import { EndErrors, type RideEnd } from './end-errors.ts';

/** How many rides are followed at once; the end of a further one is as quoted. */
export const MAX_FOLLOWED_RIDES = 50_000;
/** How much the quoted pace of a ride weighs against the observed one: as if it had been driven for this long. */
const QUOTED_PACE_WEIGHT_S = 300;
/** How much slower or faster than the street network a ride is believed to be at most. */
const MAX_PACE = 3;
/** A ride that is this far from its end by air, at this speed, ends later than any horizon: its route is not computed. */
const FASTEST_MPS = 10;
const MS_PER_S = 1_000;

interface Ride {
  readonly rideEnd: Point;
  readonly firstMs: number;
  /** Quoted and street seconds to the end when the ride was first seen. */
  readonly quotedS: number;
  readonly streetS: number;
  point: Point;
  /** Street seconds from the last position, and the time of that position. */
  leftS: number;
  leftAtMs: number;
  /** Checkpoints passed so far: predictions whose errors are learned at the end of the ride. */
  readonly passed: { readonly bin: number; readonly predictedS: number; readonly atMs: number }[];
}

/**
 * Predicts the ends of rides from progress on the way: the street time that is left at the pace so far, which begins as
 * the quoted one. The errors of earlier predictions give mean and spread; a ride that should have ended gets wider.
 */
export class RideEnds {
  readonly #driveS: (from: Point, to: Point, nowMs: number) => number;
  readonly #rides = new Map<DriverId, Ride>();
  readonly #errors = new EndErrors();

  constructor(driveS: (from: Point, to: Point, nowMs: number) => number) {
    this.#driveS = driveS;
  }

  /** Follows the rides, and learns from those that have ended. A driver out of sight teaches nothing. */
  look(riding: readonly RidingDriver[], nowMs: number, isInSight: (driverId: DriverId) => boolean): void {
    const present = new Set<DriverId>();
    for (const driver of riding) {
      const { driverId, rideEnd } = driver;
      present.add(driverId);
      const known = this.#rides.get(driverId);
      if (known !== undefined && samePoint(known.rideEnd, rideEnd)) this.#progress(known, driver, nowMs);
      else {
        if (known !== undefined) this.#learn(known, nowMs);
        this.#begin(driver, nowMs);
      }
    }
    for (const [driverId, ride] of this.#rides) {
      if (present.has(driverId)) continue;
      if (isInSight(driverId)) this.#learn(ride, nowMs);
      this.#rides.delete(driverId);
    }
  }

  /** Undefined for a driver who was not riding at the last look. */
  endOf(driverId: DriverId, nowMs: number): RideEnd | undefined {
    const ride = this.#rides.get(driverId);
    if (ride === undefined) return undefined;
    const predictedS = predict(ride, nowMs);
    const last = ride.passed.at(-1);
    const sinceS = last === undefined ? 0 : (nowMs - last.atMs) / MS_PER_S;
    return this.#errors.corrected(predictedS, last, sinceS);
  }

  #begin({ driverId, rideEnd, point, freeAtMs }: RidingDriver, nowMs: number): void {
    if (this.#rides.size >= MAX_FOLLOWED_RIDES) return;
    const streetS = this.#driveS(point, rideEnd, nowMs);
    const quotedS = Math.max(0, (freeAtMs - nowMs) / MS_PER_S);
    if (!Number.isFinite(streetS)) return;
    const ride: Ride = {
      rideEnd,
      firstMs: nowMs,
      quotedS,
      streetS,
      point,
      leftS: streetS,
      leftAtMs: nowMs,
      passed: [],
    };
    this.#rides.set(driverId, ride);
    this.#pass(ride, nowMs);
  }

  #progress(ride: Ride, { point, rideEnd }: RidingDriver, nowMs: number): void {
    if (!samePoint(ride.point, point)) {
      ride.point = point;
      const isNear = shortDistanceM(point, rideEnd) / FASTEST_MPS <= this.#errors.horizonS;
      const leftS = isNear ? this.#driveS(point, rideEnd, nowMs) : Infinity;
      if (Number.isFinite(leftS)) {
        ride.leftS = leftS;
        ride.leftAtMs = nowMs;
      }
    }
    this.#pass(ride, nowMs);
  }

  /** Remembers the prediction at which a ride enters a class. */
  #pass(ride: Ride, nowMs: number): void {
    const predictedS = predict(ride, nowMs);
    const bin = this.#errors.binOf(predictedS);
    const last = ride.passed.at(-1);
    if (bin !== undefined && (last === undefined || bin < last.bin))
      ride.passed.push({ bin, predictedS, atMs: nowMs });
  }

  #learn({ passed }: Ride, endedMs: number): void {
    for (const { bin, predictedS, atMs } of passed)
      this.#errors.note(bin, (endedMs - atMs) / MS_PER_S - predictedS);
  }
}

/** Seconds to the end, before the correction by learned errors. */
function predict({ firstMs, quotedS, streetS, leftS, leftAtMs }: Ride, nowMs: number): number {
  const quotedPace = streetS > 0 ? Math.min(MAX_PACE, Math.max(1 / MAX_PACE, quotedS / streetS)) : 1;
  const elapsedS = (leftAtMs - firstMs) / MS_PER_S;
  const doneS = Math.max(0, streetS - leftS);
  const pace = (QUOTED_PACE_WEIGHT_S * quotedPace + elapsedS) / (QUOTED_PACE_WEIGHT_S + doneS);
  return Math.max(0, leftS * Math.min(MAX_PACE, pace) - (nowMs - leftAtMs) / MS_PER_S);
}

function samePoint(a: Point, b: Point): boolean {
  return a.lat === b.lat && a.lng === b.lng;
}
