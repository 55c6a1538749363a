import { DEFAULT_MATCH_PARAMS } from './matching/match-input.ts';
import { MAX_NEAREST, MAX_SEARCH_RADIUS_M } from './nearest-search.ts';

/** Limits on the drivers that a round or a quote considers for a trip. */
export interface RoundParams {
  /** How many of the nearest drivers are considered. */
  readonly candidatesPerTrip: number;
  /** Greatest straight-line distance of a driver. */
  readonly pickupRadiusM: number;
  /** Longest drive to the pickup. */
  readonly maxPickupEtaS: number;
}

/** How large {@link RoundParams.candidatesPerTrip} may be. */
export const MAX_CANDIDATES_PER_TRIP = MAX_NEAREST;
/** How many trips one round takes: those that wait longest, then those with drivers on the way. */
export const MAX_TRIPS_PER_ROUND = 2_000;

export const DEFAULT_ROUND_PARAMS: RoundParams = {
  candidatesPerTrip: DEFAULT_MATCH_PARAMS.candidatesPerTrip,
  pickupRadiusM: DEFAULT_MATCH_PARAMS.pickupRadiusM,
  maxPickupEtaS: DEFAULT_MATCH_PARAMS.maxWaitS,
};

/** Throws a RangeError that names the invalid value. */
export function checkRoundParams({ candidatesPerTrip, pickupRadiusM, maxPickupEtaS }: RoundParams): void {
  const isCount = Number.isInteger(candidatesPerTrip) && candidatesPerTrip >= 1;
  if (!isCount || candidatesPerTrip > MAX_CANDIDATES_PER_TRIP)
    throw new RangeError(`candidatesPerTrip must be a whole number from 1 to ${MAX_CANDIDATES_PER_TRIP}`);
  if (!(pickupRadiusM > 0 && pickupRadiusM <= MAX_SEARCH_RADIUS_M))
    throw new RangeError(`pickupRadiusM must be above 0 and at most ${MAX_SEARCH_RADIUS_M}`);
  if (!(maxPickupEtaS > 0 && maxPickupEtaS < Infinity))
    throw new RangeError('maxPickupEtaS must be positive');
}
