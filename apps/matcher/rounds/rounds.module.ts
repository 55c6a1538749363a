import { Module } from '@nestjs/common';
import { DemandModule } from '../demand/demand.module.ts';
import { EtaModule } from '../eta/eta.module.ts';
import { ExplainModule } from '../explain/explain.module.ts';
import { OwnershipModule } from '../ownership/ownership.module.ts';
import { RoundParamsModule } from '../round-params/round-params.module.ts';
import { SupplyModule } from '../supply/supply.module.ts';
import { JointRound } from './joint-round.ts';
import { OfferCommitter } from './offer-committer.ts';
import { OfferOutcomes } from './offer-outcomes.ts';
import { RoundDecisions } from './round-decisions.ts';
import { RoundLoop } from './round-loop.ts';
import { RoundMetrics } from './round-metrics.ts';
import { RoundTimes } from './round-times.ts';

/** Open demand meets free supply, every round interval. */
@Module({
  imports: [OwnershipModule, SupplyModule, DemandModule, EtaModule, RoundParamsModule, ExplainModule],
  providers: [RoundMetrics, RoundTimes, OfferOutcomes, OfferCommitter, RoundDecisions, JointRound, RoundLoop],
  exports: [RoundLoop, RoundTimes],
})
export class RoundsModule {}
