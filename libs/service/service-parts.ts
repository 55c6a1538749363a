import { systemClock, type Clock } from './clock.ts';
import type { BaseConfig } from './config.ts';
import { Health } from './health.ts';
import { createLogger, type Logger } from './logger.ts';
import { Metrics } from './metrics.ts';

/** Injection tokens of the parts that every process has. */
export const CONFIG = Symbol('hailgrid.config');
export const CLOCK = Symbol('hailgrid.clock');
export const LOGGER = Symbol('hailgrid.logger');
export const METRICS = Symbol('hailgrid.metrics');
export const HEALTH = Symbol('hailgrid.health');

export interface ServiceParts {
  config: BaseConfig;
  clock: Clock;
  logger: Logger;
  health: Health;
  metrics: Metrics;
}

/** Creates the parts that a process has from the start. */
export function serviceParts(name: string, config: BaseConfig): ServiceParts {
  return {
    config,
    clock: systemClock(config.clockSpeed, config.clockOriginMs),
    logger: createLogger(name, config.instance, config.logLevel),
    health: new Health(),
    metrics: new Metrics(name, config.instance),
  };
}
