import type { Point } from '#libs/geo';
import type { DriverId, TripId } from '#libs/trip';

/** A trip that nobody has picked up yet, as matchers know it: it waits, or its driver is on the way. */
export interface OpenTrip {
  readonly tripId: TripId;
  /** The H3 cell of the shard that owns the pickup. */
  readonly shard: string;
  readonly product: string;
  readonly pickup: Point;
  readonly dropoff: Point;
  /** Estimated time of the ride itself. */
  readonly rideS: number;
  readonly requestedAtMs: number;
  /** From then on nobody is searched for; ending the trip is the trip writer's decision. */
  readonly searchDeadlineAtMs: number;
  /** Drivers never to be asked for this trip: declined, let the offer expire, or gave the trip back. */
  readonly excludedDriverIds: readonly DriverId[];
  /** An offer is out: known here, but not matched again until its answer. */
  readonly offered: boolean;
  /** Who is on the way, or will be after the ride before; undefined while it waits. */
  readonly driverId: DriverId | undefined;
  /** How often its driver was changed for another one. */
  readonly swaps: number;
  /** Sequence number of the trip's newest event; of two views of a trip the higher one stands. */
  readonly version: number;
}
