import type { Point } from '#libs/geo';
import type { DriverId } from './supply-event.ts';

/** A TypeID of a trip; opaque to the core, compared as text where ties are broken. */
export type TripId = `trip_${string}`;

/** A trip that waits for a driver, as its shard's owner knows it. */
export interface OpenTrip {
  readonly tripId: TripId;
  /** The H3 cell of the shard that owns the pickup. */
  readonly shard: string;
  readonly product: string;
  readonly pickup: Point;
  readonly requestedAtMs: number;
  /** From then on nobody is searched for; ending the trip is the trip writer's decision. */
  readonly searchDeadlineAtMs: number;
  /** Drivers never to be asked for this trip: declined, let the offer expire, or gave the trip back. */
  readonly excludedDriverIds: readonly DriverId[];
  /** An offer is out: known here, but not matched again until its answer. */
  readonly offered: boolean;
  /** Sequence number of the trip's newest event; of two views of a trip the higher one stands. */
  readonly version: number;
}
