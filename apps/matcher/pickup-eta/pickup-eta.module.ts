import { Module } from '@nestjs/common';
import { EtaModule } from '../eta/eta.module.ts';
import { OwnershipModule } from '../ownership/ownership.module.ts';
import { RoundParamsModule } from '../round-params/round-params.module.ts';
import { SupplyModule } from '../supply/supply.module.ts';
import { PickupEtaHandler } from './pickup-eta.handler.ts';

/** Answers quotes: how long until somebody could be there. */
@Module({
  imports: [OwnershipModule, SupplyModule, EtaModule, RoundParamsModule],
  providers: [PickupEtaHandler],
})
export class PickupEtaModule {}
