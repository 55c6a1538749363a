import type { Point } from '#libs/geo';
import type { DriverId } from '#libs/trip';

/** Whether a driver can be offered a trip: only `free` ones can. */
export type DriverStatus = 'offline' | 'free' | 'offered' | 'on_trip';

/**
 * The status of a driver after a committed claim. A versioned register: the highest `statusVersion` wins, for any order
 * and path of arrival.
 */
export interface DriverStatusChange {
  readonly driverId: DriverId;
  readonly status: DriverStatus;
  readonly statusVersion: number;
  /** When the driver expects to be free; 0 if that is now or unknown. */
  readonly freeAtMs: number;
  /** Where its ride ends; absent without a rider on board. */
  readonly rideEnd?: Point | undefined;
  /** The driver already has its next trip, or an offer for it. */
  readonly booked?: boolean;
}

/**
 * One record of the position stream: a ping with the current status of the driver. Session, then seq within the
 * session, order the pings of a driver.
 */
export interface DriverReport extends DriverStatusChange {
  readonly session: number;
  readonly seq: number;
  /** WGS84 degrees. */
  readonly lat: number;
  readonly lng: number;
  readonly product: string;
  /**
   * From this ping on, another cell's stream carries the driver's pings, or the driver is unreachable until its next
   * ping.
   */
  readonly left: boolean;
}

/**
 * Effect of a report on the driver's place. Its status is compared separately, by version: a status change is published
 * at once with the last ping, which is then a duplicate.
 *
 * - `applied`: the driver is now at this place.
 * - `duplicate`: this ping was already known.
 * - `stale`: a newer ping was known.
 * - `invalid`: not a place on earth; nothing changes.
 * - `full`: a new driver, and every slot is taken; nothing changes.
 * - `left`: the driver is no longer here.
 * - `ignored`: a `left` of a driver who is already gone, or who has pinged there since.
 */
export type ReportOutcome = 'applied' | 'duplicate' | 'stale' | 'invalid' | 'full' | 'left' | 'ignored';
export type StatusOutcome = 'applied' | 'duplicate' | 'stale' | 'full';
