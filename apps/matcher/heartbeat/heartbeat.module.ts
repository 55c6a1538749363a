import { Module } from '@nestjs/common';
import { DemandModule } from '../demand/demand.module.ts';
import { OwnershipModule } from '../ownership/ownership.module.ts';
import { RoundsModule } from '../rounds/rounds.module.ts';
import { SupplyModule } from '../supply/supply.module.ts';
import { Heartbeat } from './heartbeat.ts';
import { LoadMeter } from './load-meter.ts';
import { ProbeHandler } from './probe.handler.ts';

/** What the planner hears of this matcher: that it lives, and how busy it is. */
@Module({
  imports: [OwnershipModule, DemandModule, SupplyModule, RoundsModule],
  providers: [LoadMeter, Heartbeat, ProbeHandler],
})
export class HeartbeatModule {}
