import { Module } from '@nestjs/common';
import { DEFAULT_ENGINE_PARAMS, DispatchEngine } from '#libs/dispatch';
import { CONFIG } from '#libs/service';
import type { MatcherConfig } from '../config.ts';
import { DemandModule } from '../demand/demand.module.ts';
import { EtaModule } from '../eta/eta.module.ts';
import { ExplainModule } from '../explain/explain.module.ts';
import { OwnershipModule } from '../ownership/ownership.module.ts';
import { RoundParamsModule } from '../round-params/round-params.module.ts';
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
    { provide: DispatchEngine, inject: [CONFIG], useFactory: engineOf },
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

function engineOf(config: MatcherConfig): DispatchEngine {
  const { candidatesPerTrip, pickupRadiusM, maxPickupEtaS, maxSwapsPerTrip, chainHorizonS } = config;
  const { match, ...params } = DEFAULT_ENGINE_PARAMS;
  return new DispatchEngine({
    ...params,
    chainHorizonS,
    match: { ...match, candidatesPerTrip, pickupRadiusM, maxWaitS: maxPickupEtaS, maxSwapsPerTrip },
  });
}
