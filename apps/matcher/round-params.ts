import { checkRoundParams, DEFAULT_ROUND_PARAMS, type RoundParams } from '#libs/dispatch';
import type { MatcherConfig } from './config.ts';

/** Injection token of the `RoundParams` that rounds and quotes go by. */
export const ROUND_PARAMS = Symbol('hailgrid.matcher.round_params');

/** Throws a RangeError for values that make no sense together, before anything is started with them. */
export function roundParams({ candidatesPerTrip, pickupRadiusM, maxPickupEtaS }: MatcherConfig): RoundParams {
  const params = {
    ...DEFAULT_ROUND_PARAMS,
    candidatesPerTrip,
    pickupRadiusM,
    maxPickupEtaS,
    skipPenaltyS: maxPickupEtaS,
  };
  checkRoundParams(params);
  return params;
}
