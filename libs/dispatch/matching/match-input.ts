import type { Point, SparseEtaQuestion } from '#libs/geo';
import type { DriverId, TripId } from '#libs/trip';

/** A trip before its pickup: it waits for a driver, or its driver is on the way. */
export interface MatchTrip {
  readonly tripId: TripId;
  readonly product: string;
  readonly pickup: Point;
  /** Estimated duration of the ride. */
  readonly rideS: number;
  readonly requestedAtMs: number;
  /** Drivers who are not asked in this round … */
  readonly excludedDriverIds: readonly DriverId[];
  /** … and those of them who may be asked in a later one. */
  readonly pausedDriverIds: readonly DriverId[];
  /** The assigned driver: on the way, or still finishing another ride. */
  readonly driverId: DriverId | undefined;
  /** How often its driver was replaced. */
  readonly swaps: number;
}

/**
 * Candidate drivers, a column per property: free ones, those on the way to a trip of this round, and those whose ride
 * ends soon. Each is available at a place from a time on.
 */
export interface MatchDrivers {
  readonly ids: readonly DriverId[];
  readonly products: readonly string[];
  /** Where each can start: its position, or the end of its ride. */
  readonly points: readonly Point[];
  /** Expected seconds until it can start there; 0 for at once. */
  readonly availableInS: ArrayLike<number>;
  /** Standard deviation of that; 0 for a free driver. */
  readonly spreadS: ArrayLike<number>;
}

/** Driving seconds of each pair, in the order of the columns; Infinity without a route. */
export type PairEtas = (question: SparseEtaQuestion) => ArrayLike<number>;

export interface MatchParams {
  /** Candidates per trip, besides its present driver. */
  readonly candidatesPerTrip: number;
  /** Greatest straight-line distance of a candidate. */
  readonly pickupRadiusM: number;
  /** Longest wait of a rider from request to pickup. */
  readonly maxWaitS: number;
  /** Cost of a rider who is not served, in seconds of waiting. */
  readonly lostRiderS: number;
  /** Share of a ride's driver time, at its price, that leaving its rider waiting saves. */
  readonly rideWeight: number;
  /** A pair that is late with a higher probability than this is not matched. */
  readonly maxLateRisk: number;
  /** A driver on the way is replaced only if that saves at least this much … */
  readonly minSwapGainS: number;
  /** … and only this often for one trip. */
  readonly maxSwapsPerTrip: number;
}

export const DEFAULT_MATCH_PARAMS: MatchParams = {
  candidatesPerTrip: 40,
  pickupRadiusM: 6_000,
  maxWaitS: 900,
  lostRiderS: 2_000,
  maxLateRisk: 0.3,
  rideWeight: 0.2,
  minSwapGainS: 15,
  maxSwapsPerTrip: 10,
};

/** All input of a decision except the travel times. */
export interface MatchScene {
  readonly trips: readonly MatchTrip[];
  readonly drivers: MatchDrivers;
  readonly nowMs: number;
  /** Value of a second of driver time to other riders, in seconds of waiting. */
  readonly driverTimePrice: number;
  /** Approximate straight-line speed of approach; used only to choose candidates. */
  readonly approachMps: number;
  /** Actual over estimated times of drives to a pickup: mean and standard deviation. */
  readonly driveRatio: number;
  readonly driveSpread: number;
  readonly params: MatchParams;
}

export interface MatchInput extends MatchScene {
  readonly etas: PairEtas;
}

/** A new driver for a trip. */
export interface Match {
  readonly tripId: TripId;
  readonly driverId: DriverId;
  /** Seconds from now to the pickup. */
  readonly pickupInS: number;
  /** The driver on the way before; undefined for a trip that waited. */
  readonly replaces: DriverId | undefined;
}
