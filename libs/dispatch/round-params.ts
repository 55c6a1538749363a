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
}

export const DEFAULT_MAX_PICKUP_ETA_S = 900;

export const DEFAULT_ROUND_PARAMS: RoundParams = {
  candidatesPerTrip: 20,
  pickupRadiusM: 4000,
  maxPickupEtaS: DEFAULT_MAX_PICKUP_ETA_S,
  skipPenaltyS: DEFAULT_MAX_PICKUP_ETA_S,
};

/** Bounds of {@link RoundParams.candidatesPerTrip}. */
export const MAX_CANDIDATES_PER_TRIP = 256;

/** Throws a RangeError that names the value which makes no sense. */
export function checkRoundParams(params: RoundParams): void {
  const { candidatesPerTrip, pickupRadiusM, maxPickupEtaS, skipPenaltyS } = params;
  if (
    !Number.isInteger(candidatesPerTrip) ||
    candidatesPerTrip < 1 ||
    candidatesPerTrip > MAX_CANDIDATES_PER_TRIP
  ) {
    throw new RangeError(`candidatesPerTrip must be a whole number from 1 to ${MAX_CANDIDATES_PER_TRIP}`);
  }
  if (!(pickupRadiusM > 0)) throw new RangeError('pickupRadiusM must be positive');
  if (!(maxPickupEtaS > 0)) throw new RangeError('maxPickupEtaS must be positive');
  if (!(skipPenaltyS >= maxPickupEtaS)) throw new RangeError('skipPenaltyS must be at least maxPickupEtaS');
}
