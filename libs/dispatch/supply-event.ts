import type { Point } from '#libs/geo';
import type { DriverId } from '#libs/trip';

/** Whether a driver can be offered a trip: only `free` ones can. */
export type DriverStatus = 'offline' | 'free' | 'offered' | 'on_trip';

/**
 * What a committed claim made of a driver. A versioned register: whatever order and path the changes come by, the
 * highest `statusVersion` stands.
 */
export interface DriverStatusChange {
  readonly driverId: DriverId;
  readonly status: DriverStatus;
  readonly statusVersion: number;
  /** When the driver expects to be free; 0 where that is now or unknown. */
  readonly freeAtMs: number;
  /** Where its ride ends; absent while nobody is on board. */
  readonly rideEnd?: Point | undefined;
  /** Has its next trip already, or an offer for one. */
  readonly booked?: boolean;
}

/**
 * One record of the position stream: a ping with the status the driver has now. Pings of a driver are ordered by
 * session, then by seq within the session.
 */
export interface DriverReport extends DriverStatusChange {
  readonly session: number;
  readonly seq: number;
  /** WGS84 degrees. */
  readonly lat: number;
  readonly lng: number;
  readonly product: string;
  /**
   * From this ping on, the driver's pings come on another cell's stream; or it cannot be reached until its next ping.
   */
  readonly left: boolean;
}

/**
 * What a report does to the driver's place. Its status is compared by version, apart from this outcome: a status change
 * is published at once, with the last ping, which is then a duplicate.
 *
 * - `applied`: the driver is at this place now.
 * - `duplicate`: exactly this ping was known.
 * - `stale`: a newer ping was known.
 * - `invalid`: not a place on earth; nothing has changed.
 * - `full`: a driver not known before, and every slot is taken; nothing has changed.
 * - `left`: the driver is no longer here.
 * - `ignored`: a `left` of a driver who is not there any more or was heard there since.
 */
export type ReportOutcome = 'applied' | 'duplicate' | 'stale' | 'invalid' | 'full' | 'left' | 'ignored';
export type StatusOutcome = 'applied' | 'duplicate' | 'stale' | 'full';
