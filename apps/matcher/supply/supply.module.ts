import { Module } from '@nestjs/common';
import { SupplyIndex } from '#libs/dispatch';
import { OwnershipModule } from '../ownership/ownership.module.ts';
import { CellSubscriptions } from './cell-subscriptions.ts';
import { PingCounts } from './ping-counts.ts';
import { PositionIntake } from './position-intake.ts';
import { SilentDrivers } from './silent-drivers.ts';
import { SupplyMetrics } from './supply-metrics.ts';

/** The drivers in sight of the owned shards. */
@Module({
  imports: [OwnershipModule],
  providers: [
    { provide: SupplyIndex, useFactory: () => new SupplyIndex() },
    SupplyMetrics,
    PingCounts,
    PositionIntake,
    CellSubscriptions,
    SilentDrivers,
  ],
  exports: [SupplyIndex, PingCounts, CellSubscriptions],
})
export class SupplyModule {}
