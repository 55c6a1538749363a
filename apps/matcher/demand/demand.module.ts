import { Module } from '@nestjs/common';
import { OpenDemand } from '#libs/dispatch';
import { OwnershipModule } from '../ownership/ownership.module.ts';
import { DemandMetrics } from './demand-metrics.ts';
import { DemandSweep } from './demand-sweep.ts';
import { LostShards } from './lost-shards.ts';
import { NudgeHandler } from './nudge.handler.ts';
import { OpenTripReader } from './open-trip-reader.ts';

/** The open trips of the owned shards. */
@Module({
  imports: [OwnershipModule],
  providers: [
    { provide: OpenDemand, useFactory: () => new OpenDemand() },
    DemandMetrics,
    OpenTripReader,
    NudgeHandler,
    DemandSweep,
    LostShards,
  ],
  exports: [OpenDemand, OpenTripReader, DemandSweep],
})
export class DemandModule {}
