import type { Point } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import type { DriverStatus } from './supply-event.ts';

/** Number of drivers with a known position, by status. */
export interface SupplyCounts {
  readonly free: number;
  readonly offered: number;
  readonly onTrip: number;
}

/** The known state of one driver. */
export interface SupplyView {
  /** Undefined while the position is unknown. */
  readonly point: Point | undefined;
  readonly status: DriverStatus;
  /** -1 before the first status. */
  readonly statusVersion: number;
  /** When the driver expects to be free; 0 if that is now or unknown. */
  readonly freeAtMs: number;
  /** Where its ride ends; undefined without a rider on board. */
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
  /** Drivers to leave out. */
  readonly isExcluded?: (driverId: DriverId) => boolean;
}

export interface NearbyDriver {
  readonly driverId: DriverId;
  readonly point: Point;
  /** Straight-line distance. */
  readonly distanceM: number;
}

/** A driver with a rider on board. */
export interface RidingDriver {
  readonly driverId: DriverId;
  readonly point: Point;
  readonly rideEnd: Point;
  readonly freeAtMs: number;
  readonly product: string;
  /** The driver already has its next trip, or an offer for it. */
  readonly booked: boolean;
}

/** A driver who can be offered a trip, at its last known position. */
export interface FreeDriver {
  readonly driverId: DriverId;
  readonly point: Point;
  readonly product: string;
}
