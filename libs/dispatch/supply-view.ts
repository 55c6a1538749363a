import type { Point } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import type { DriverStatus } from './supply-event.ts';

/** Drivers whose position is known, by status. */
export interface SupplyCounts {
  readonly free: number;
  readonly offered: number;
  readonly onTrip: number;
}

/** All that is known of one driver. */
export interface SupplyView {
  /** Undefined while no position is known here. */
  readonly point: Point | undefined;
  readonly status: DriverStatus;
  /** -1 before the first status. */
  readonly statusVersion: number;
  /** 0 where that is now or unknown. */
  readonly freeAtMs: number;
  /** Where its ride ends; undefined while nobody is on board. */
  readonly rideEnd: Point | undefined;
  readonly booked: boolean;
  readonly product: string | undefined;
  /** Time of the newest ping. */
  readonly heardAtMs: number;
}

export interface NearestOptions {
  readonly k: number;
  readonly radiusM: number;
  readonly product: string;
  /** Drivers to leave out, as if they were not there. */
  readonly isExcluded?: (driverId: DriverId) => boolean;
}

export interface NearbyDriver {
  readonly driverId: DriverId;
  readonly point: Point;
  /** By air. */
  readonly distanceM: number;
}

/** A driver with a rider on board. */
export interface RidingDriver {
  readonly driverId: DriverId;
  readonly point: Point;
  readonly rideEnd: Point;
  readonly freeAtMs: number;
  readonly product: string;
  /** Has its next trip already, or an offer for one. */
  readonly booked: boolean;
}

/** A driver who can be offered a trip, and where it was heard last. */
export interface FreeDriver {
  readonly driverId: DriverId;
  readonly point: Point;
  readonly product: string;
}
