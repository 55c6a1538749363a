import type { Point } from '#libs/geo';

/** One ride that somebody wants. */
export interface DemandTrip {
  /** Counts up from 0 in the order of time. */
  readonly index: number;
  /** Seconds after the demand begins. */
  readonly atS: number;
  readonly pickup: Point;
  readonly dropoff: Point;
  /** Seconds that the ride takes; null: as the streets have it. */
  readonly rideS: number | null;
}
