import type { FactoryProvider } from '@nestjs/common';
import { CLOCK, CONFIG, LOGGER, METRICS, type Clock, type Logger, type Metrics } from '#libs/service';
import type { TravelTimeConfig } from './config.ts';
import { openTravelTimes, type TravelTimes } from './open-travel-times.ts';

/** Injection token of the process's {@link TravelTimes}. */
export const TRAVEL_TIMES = Symbol('hailgrid.travel-times');

/** Opens the travel times of a process, and closes them after all their users have stopped. */
export const travelTimesProvider: FactoryProvider<Promise<TravelTimes>> = {
  provide: TRAVEL_TIMES,
  inject: [CONFIG, CLOCK, METRICS, LOGGER],
  useFactory: async (config: TravelTimeConfig, clock: Clock, metrics: Metrics, logger: Logger) => {
    const times = await openTravelTimes(config, { clock, metrics, logger });
    return { ...times, onApplicationShutdown: () => times.close() };
  },
};
