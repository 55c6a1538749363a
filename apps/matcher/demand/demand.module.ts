import { Module } from '@nestjs/common';
import { OpenDemand } from '#libs/dispatch';
import { OwnershipModule } from '../ownership/ownership.module.ts';
import { SupplyModule } from '../supply/supply.module.ts';
import { DemandMetrics } from './demand-metrics.ts';
import { DemandSweep } from './demand-sweep.ts';
import { LostShards } from './lost-shards.ts';
import { NudgeHandler } from './nudge.handler.ts';
import { OpenTripReader } from './open-trip-reader.ts';
import { TripNews } from './trip-news.ts';

/** The trips before their pickup of the owned shards, and of their neighbours. */
@Module({
  imports: [OwnershipModule, SupplyModule],
  providers: [
    { provide: OpenDemand, useFactory: () => new OpenDemand() },
    DemandMetrics,
    TripNews,
    OpenTripReader,
    NudgeHandler,
    DemandSweep,
    LostShards,
  ],
  exports: [OpenDemand, OpenTripReader, DemandSweep, TripNews],
})
export class DemandModule {}
