import { Module } from '@nestjs/common';
import { DemandModule } from '../demand/demand.module.ts';
import { EtaModule } from '../eta/eta.module.ts';
import { OwnershipModule } from '../ownership/ownership.module.ts';
import { SupplyModule } from '../supply/supply.module.ts';
import { IdleDrivers } from './idle-drivers.ts';
import { MoveLoop } from './move-loop.ts';
import { RequestWatch } from './request-watch.ts';

/** Tells idle drivers of the own area where riders are expected. */
@Module({
  imports: [OwnershipModule, SupplyModule, DemandModule, EtaModule],
  providers: [RequestWatch, IdleDrivers, MoveLoop],
})
export class RepositioningModule {}
