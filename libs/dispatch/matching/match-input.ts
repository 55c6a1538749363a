import type { Point, SparseEtaQuestion } from '#libs/geo';
import type { DriverId, TripId } from '#libs/trip';

/** A trip that nobody has picked up yet: it waits for a driver, or for the one on the way to it. */
export interface MatchTrip {
  readonly tripId: TripId;
  readonly product: string;
  readonly pickup: Point;
  /** Estimated time of the ride itself. */
  readonly rideS: number;
  readonly requestedAtMs: number;
  readonly excludedDriverIds: readonly DriverId[];
  /** Who is on the way, or will be after the ride before. */
  readonly driverId: DriverId | undefined;
  /** How often its driver was changed for another one. */
  readonly swaps: number;
}

/**
 * Drivers who may get a trip, a column per property: those who wait, those on the way to a trip of this round, those
 * whose ride ends soon. Each can be somewhere from some time on.
 */
export interface MatchDrivers {
  readonly ids: readonly DriverId[];
  readonly products: readonly string[];
  /** Where each can start from: its place, or where its ride ends. */
  readonly points: readonly Point[];
  /** Until it can start from there; 0 for at once. */
  readonly availableInS: ArrayLike<number>;
}

/** Seconds to drive for each pair, in the order of the columns; Infinity where there is no way. */
export type PairEtas = (question: SparseEtaQuestion) => ArrayLike<number>;

export interface MatchParams {
  /** Drivers weighed for one trip. */
  readonly candidatesPerTrip: number;
  /** No driver further away by air is considered. */
  readonly pickupRadiusM: number;
  /** From the request to the pickup a rider waits no longer. */
  readonly maxWaitS: number;
  /** What a rider who is not served weighs, in seconds of waiting. */
  readonly lostRiderS: number;
  /** A driver on the way is changed only where that saves at least so much … */
  readonly minSwapGainS: number;
  /** … and only so often for one trip. */
  readonly maxSwapsPerTrip: number;
}

export const DEFAULT_MATCH_PARAMS: MatchParams = {
  candidatesPerTrip: 40,
  pickupRadiusM: 6_000,
  maxWaitS: 900,
  lostRiderS: 2_600,
  minSwapGainS: 15,
  maxSwapsPerTrip: 10,
};

/** All that a decision is made from, but for the travel times. */
export interface MatchScene {
  readonly trips: readonly MatchTrip[];
  readonly drivers: MatchDrivers;
  readonly nowMs: number;
  /** What a second of a driver's time is worth to others, in seconds of waiting. */
  readonly driverTimePrice: number;
  /** Metres by air that a driver comes nearer in a second, about: only decides who is weighed. */
  readonly approachMps: number;
  /** Drives to a pickup may take so many times what is foreseen; no driver is bound who would be too late then. */
  readonly pickupMargin: number;
  readonly params: MatchParams;
}

export interface MatchInput extends MatchScene {
  readonly etas: PairEtas;
}

/** Who is to drive a trip from now on. */
export interface Match {
  readonly tripId: TripId;
  readonly driverId: DriverId;
  /** From now to the pickup. */
  readonly pickupInS: number;
  /** Who was on the way before; undefined for a trip that waited. */
  readonly replaces: DriverId | undefined;
}
