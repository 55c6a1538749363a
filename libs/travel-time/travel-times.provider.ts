import type { FactoryProvider } from '@nestjs/common';
import { CLOCK, CONFIG, METRICS, type Clock, type Metrics } from '#libs/service';
import type { TravelTimeConfig } from './config.ts';
import { openTravelTimes, type TravelTimes } from './open-travel-times.ts';

/** Injection token of the process's {@link TravelTimes}. */
export const TRAVEL_TIMES = Symbol('hailgrid.travel-times');

/** Opens the travel times of a process, and closes them after all their users have stopped. */
export const travelTimesProvider: FactoryProvider<Promise<TravelTimes>> = {
  provide: TRAVEL_TIMES,
  inject: [CONFIG, CLOCK, METRICS],
  useFactory: async (config: TravelTimeConfig, clock: Clock, metrics: Metrics) => {
    const times = await openTravelTimes(config, { clock, metrics });
    return { ...times, onApplicationShutdown: () => times.close() };
  },
};
