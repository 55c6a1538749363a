import type { Point } from '#libs/geo';

/** A TypeID of a driver; opaque to the core, compared as text where ties are broken. */
export type DriverId = `driver_${string}`;

/** Whether a driver can be offered a trip: only `free` ones can. */
export type DriverStatus = 'offline' | 'free' | 'offered' | 'on_trip';

/** One ping. Pings of a driver are ordered by session, then by seq within the session. */
export interface DriverPosition {
  readonly driverId: DriverId;
  readonly session: number;
  readonly seq: number;
  /** WGS84 degrees. */
  readonly lat: number;
  readonly lng: number;
  /** The res-7 cell on whose stream this ping came. */
  readonly positionCell: number;
  readonly product: string;
  readonly reportedAtMs: number;
}

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
 * From ping (session, seq) on, the driver's pings come on another cell's stream; or it cannot be reached until its
 * next ping.
 */
export interface DriverLeft {
  readonly driverId: DriverId;
  readonly session: number;
  readonly seq: number;
  /** The res-7 cell that was left. */
  readonly positionCell: number;
}

/**
 * - `applied`: the index has changed.
 * - `duplicate`: exactly this was known.
 * - `stale`: something newer was known.
 * - `invalid`: not a place on earth; nothing has changed.
 * - `full`: a driver not known before, and every slot is taken; nothing has changed.
 */
export type PositionOutcome = 'applied' | 'duplicate' | 'stale' | 'invalid' | 'full';
export type StatusOutcome = 'applied' | 'duplicate' | 'stale' | 'full';

/** `removed`, or `ignored` because the driver is not there any more or was heard there since. */
export type LeftOutcome = 'removed' | 'ignored';
