import { Global, Module } from '@nestjs/common';
import { CLOCK, CONFIG, HEALTH, METRICS } from '#libs/service';
import { TripStore } from '#libs/store';
import { openStore } from './open-store.ts';

/** The store of trips for every module of the process: features, and the check of operators' tokens. */
@Global()
@Module({
  providers: [{ provide: TripStore, inject: [CONFIG, CLOCK, HEALTH, METRICS], useFactory: openStore }],
  exports: [TripStore],
})
export class StoreModule {}
