import { Module } from '@nestjs/common';
import { CONFIG } from '#libs/service';
import { openTravelTimes } from '#libs/travel-time';

/** Injection token of the `EtaTable` that rounds and quotes go by. */
export const ETAS = Symbol('hailgrid.matcher.etas');

/** How long drives to a pickup take; the place where a routing engine comes in. */
@Module({
  providers: [{ provide: ETAS, inject: [CONFIG], useFactory: openTravelTimes }],
  exports: [ETAS],
})
export class EtaModule {}
