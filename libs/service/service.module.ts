import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Clock } from './clock.ts';
import type { BaseConfig } from './config.ts';
import { Health } from './health.ts';
import type { Logger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { OperationsController } from './operations.controller.ts';
import { CLOCK, CONFIG, HEALTH, LOGGER, METRICS } from './tokens.ts';

export interface ServiceParts {
  config: BaseConfig;
  clock: Clock;
  logger: Logger;
  health: Health;
  metrics: Metrics;
}

/** Gives every module of a process its configuration, clock, logger, health and metrics. */
@Global()
@Module({})
export class ServiceModule {
  static of(parts: ServiceParts): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: parts.config },
      { provide: CLOCK, useValue: parts.clock },
      { provide: LOGGER, useValue: parts.logger },
      { provide: HEALTH, useValue: parts.health },
      { provide: METRICS, useValue: parts.metrics },
    ];
    return {
      module: ServiceModule,
      providers,
      exports: providers.map(({ provide }) => provide),
      controllers: [OperationsController],
    };
  }
}
