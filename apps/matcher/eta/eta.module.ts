import { Module } from '@nestjs/common';
import { greatCircleEta } from '#libs/geo';
import { MATCHER_CONFIG, type MatcherConfig } from '../config.ts';

/** Injection token of the `EtaTable` that rounds and quotes go by. */
export const ETAS = Symbol('hailgrid.matcher.etas');

/** Travel times by air with a detour factor; the place where a street graph or a routing engine comes in. */
@Module({
  providers: [
    {
      provide: ETAS,
      inject: [MATCHER_CONFIG],
      useFactory: ({ detourFactor, drivingSpeedMps }: MatcherConfig) =>
        greatCircleEta({ detourFactor, speedMps: drivingSpeedMps }),
    },
  ],
  exports: [ETAS],
})
export class EtaModule {}
