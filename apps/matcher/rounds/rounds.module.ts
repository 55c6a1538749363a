import { Module } from '@nestjs/common';
import { DEFAULT_ENGINE_PARAMS, DispatchEngine, type RoundParams } from '#libs/dispatch';
import { DemandModule } from '../demand/demand.module.ts';
import { EtaModule } from '../eta/eta.module.ts';
import { ExplainModule } from '../explain/explain.module.ts';
import { OwnershipModule } from '../ownership/ownership.module.ts';
import { ROUND_PARAMS, RoundParamsModule } from '../round-params/round-params.module.ts';
import { SupplyModule } from '../supply/supply.module.ts';
import { AvoidedDrivers } from './avoided-drivers.ts';
import { JointRound } from './joint-round.ts';
import { OfferCommitter } from './offer-committer.ts';
import { OfferOutcomes } from './offer-outcomes.ts';
import { PendingAsks } from './pending-asks.ts';
import { RoundDecisions } from './round-decisions.ts';
import { RoundLoop } from './round-loop.ts';
import { RoundMetrics } from './round-metrics.ts';
import { RoundTimes } from './round-times.ts';
import { RoundUrgency } from './round-urgency.ts';
import { SwapCommitter } from './swap-committer.ts';

/** Open demand meets supply, at once where nobody competes, and every round interval. */
@Module({
  imports: [OwnershipModule, SupplyModule, DemandModule, EtaModule, RoundParamsModule, ExplainModule],
  providers: [
    { provide: DispatchEngine, inject: [ROUND_PARAMS], useFactory: engineOf },
    RoundMetrics,
    RoundTimes,
    AvoidedDrivers,
    PendingAsks,
    OfferOutcomes,
    OfferCommitter,
    SwapCommitter,
    RoundDecisions,
    RoundUrgency,
    JointRound,
    RoundLoop,
  ],
  exports: [RoundLoop, RoundTimes],
})
export class RoundsModule {}

function engineOf({ candidatesPerTrip, pickupRadiusM, maxPickupEtaS }: RoundParams): DispatchEngine {
  const { match, ...params } = DEFAULT_ENGINE_PARAMS;
  return new DispatchEngine({
    ...params,
    match: { ...match, candidatesPerTrip, pickupRadiusM, maxWaitS: maxPickupEtaS },
  });
}
