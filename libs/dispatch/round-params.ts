import { MAX_NEAREST, MAX_SEARCH_RADIUS_M } from './nearest-search.ts';

/** What a round may be told; every value has a default that fits no city in particular. */
export interface RoundParams {
  /** Drivers considered for one trip: the nearest this many by air. */
  readonly candidatesPerTrip: number;
  /** No driver further away by air is considered. */
  readonly pickupRadiusM: number;
  /** No driver who needs longer to the pickup is offered the trip. */
  readonly maxPickupEtaS: number;
  /**
   * What leaving a trip without a driver for this round costs, in seconds of pickup, before the time it has waited is
   * added. At least `maxPickupEtaS`, or a far driver whom nobody else wants would be left idle.
   */
  readonly skipPenaltyS: number;
  /** Trips with candidates that one round deals with; the longest waiting come first, the others wait for the next. */
  readonly maxTrips: number;
}

export const DEFAULT_MAX_PICKUP_ETA_S = 900;

/** Upper bound of {@link RoundParams.maxTrips}. */
export const MAX_TRIPS_PER_ROUND = 20_000;

/** Upper bound of {@link RoundParams.candidatesPerTrip}. */
export const MAX_CANDIDATES_PER_TRIP = MAX_NEAREST;

export const DEFAULT_ROUND_PARAMS: RoundParams = {
  candidatesPerTrip: 20,
  pickupRadiusM: 4000,
  maxPickupEtaS: DEFAULT_MAX_PICKUP_ETA_S,
  skipPenaltyS: DEFAULT_MAX_PICKUP_ETA_S,
  maxTrips: 2000,
};

/** Throws a RangeError that names the value which makes no sense. */
export function checkRoundParams(params: RoundParams): void {
  const { candidatesPerTrip, pickupRadiusM, maxPickupEtaS, skipPenaltyS, maxTrips } = params;
  requireWholeNumber('candidatesPerTrip', candidatesPerTrip, MAX_CANDIDATES_PER_TRIP);
  requireWholeNumber('maxTrips', maxTrips, MAX_TRIPS_PER_ROUND);
  if (!(pickupRadiusM > 0 && pickupRadiusM <= MAX_SEARCH_RADIUS_M)) {
    throw new RangeError(`pickupRadiusM must be above 0 and at most ${MAX_SEARCH_RADIUS_M}`);
  }
  if (!(maxPickupEtaS > 0 && maxPickupEtaS < Infinity))
    throw new RangeError('maxPickupEtaS must be positive');
  if (!(skipPenaltyS >= maxPickupEtaS && skipPenaltyS < Infinity)) {
    throw new RangeError('skipPenaltyS must be at least maxPickupEtaS');
  }
}

function requireWholeNumber(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new RangeError(`${name} must be a whole number from 1 to ${max}`);
  }
}
