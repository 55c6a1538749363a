import { Module } from '@nestjs/common';
import { DemandModule } from '../demand/demand.module.ts';
import { OwnershipModule } from '../ownership/ownership.module.ts';
import { RoundsModule } from '../rounds/rounds.module.ts';
import { DrainHandler } from './drain.handler.ts';
import { PrepareHandler } from './prepare.handler.ts';
import { TakeOver } from './take-over.ts';

/** Shards that come and shards that go, while matching goes on. */
@Module({
  imports: [OwnershipModule, DemandModule, RoundsModule],
  providers: [PrepareHandler, DrainHandler, TakeOver],
})
export class HandoffModule {}
