import type { Point } from '#libs/geo';
import type { AskPause, DriverId, TripId } from '#libs/trip';

/** A trip before its pickup, as matchers know it: it waits, or its driver is on the way. */
export interface OpenTrip {
  readonly tripId: TripId;
  /** The H3 cell of the shard that owns the pickup. */
  readonly shard: string;
  readonly product: string;
  readonly pickup: Point;
  readonly dropoff: Point;
  /** Estimated duration of the ride. */
  readonly rideS: number;
  readonly requestedAtMs: number;
  /** The search for a driver stops at this time; `trips` decides when the trip ends. */
  readonly searchDeadlineAtMs: number;
  /** Drivers who get no offer for this trip: they declined or gave the trip back. */
  readonly excludedDriverIds: readonly DriverId[];
  /** Drivers who get no offer for a while. */
  readonly pauses: readonly AskPause[];
  /** An offer is open: the trip is not matched again until the answer. */
  readonly offered: boolean;
  /** The assigned driver, on the way or still finishing another ride; undefined while the trip waits. */
  readonly driverId: DriverId | undefined;
  /** How often its driver was replaced. */
  readonly swaps: number;
  /** Sequence number of the trip's newest event; the higher version wins. */
  readonly version: number;
}
