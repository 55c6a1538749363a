import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CLOCK, CONFIG, METRICS, type Clock, type Metrics } from '#libs/service';
import { openTravelTimes, type TravelTimes } from '#libs/travel-time';
import type { MatcherConfig } from '../config.ts';

/** Injection token of the `TravelTimes` that rounds, quotes and hints go by. */
export const TRAVEL_TIMES = Symbol('hailgrid.matcher.travel-times');

/** How long drives to a pickup take. */
@Module({
  providers: [
    {
      provide: TRAVEL_TIMES,
      inject: [CONFIG, CLOCK, METRICS],
      useFactory: (config: MatcherConfig, clock: Clock, metrics: Metrics) =>
        openTravelTimes(config, { clock, metrics }),
    },
  ],
  exports: [TRAVEL_TIMES],
})
export class EtaModule implements OnApplicationShutdown {
  constructor(@Inject(TRAVEL_TIMES) private readonly travelTimes: TravelTimes) {}

  onApplicationShutdown(): void {
    this.travelTimes.close();
  }
}
