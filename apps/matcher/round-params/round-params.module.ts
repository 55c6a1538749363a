import { Module } from '@nestjs/common';
import { checkRoundParams, type RoundParams } from '#libs/dispatch';
import { CONFIG } from '#libs/service';
import type { MatcherConfig } from '../config.ts';

/** Injection token of the `RoundParams` that rounds and quotes go by. */
export const ROUND_PARAMS = Symbol('hailgrid.matcher.round-params');

/** What a round may consider, as the configuration has it. */
@Module({
  providers: [{ provide: ROUND_PARAMS, inject: [CONFIG], useFactory: roundParams }],
  exports: [ROUND_PARAMS],
})
export class RoundParamsModule {}

/** Throws a RangeError for values that make no sense, before anything is started with them. */
function roundParams({ candidatesPerTrip, pickupRadiusM, maxPickupEtaS }: MatcherConfig): RoundParams {
  const params = { candidatesPerTrip, pickupRadiusM, maxPickupEtaS };
  checkRoundParams(params);
  return params;
}
