import { Module } from '@nestjs/common';
import { BusModule } from '#libs/bus';
import { DemandModule } from './demand/demand.module.ts';
import { HandoffModule } from './handoff/handoff.module.ts';
import { HeartbeatModule } from './heartbeat/heartbeat.module.ts';
import { OwnershipModule } from './ownership/ownership.module.ts';
import { PickupEtaModule } from './pickup-eta/pickup-eta.module.ts';
import { RepositioningModule } from './repositioning/repositioning.module.ts';
import { RoundsModule } from './rounds/rounds.module.ts';
import { SupplyModule } from './supply/supply.module.ts';

/** One owner of shards: what it sees, what it is asked for, and the rounds that bring the two together. */
@Module({
  imports: [
    BusModule,
    OwnershipModule,
    SupplyModule,
    DemandModule,
    PickupEtaModule,
    RoundsModule,
    HandoffModule,
    HeartbeatModule,
    RepositioningModule,
  ],
})
export class MatcherModule {}
