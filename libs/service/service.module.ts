import { Global, Module, type DynamicModule } from '@nestjs/common';
import { OperationsController } from './operations.controller.ts';
import type { ServiceParts } from './service-parts.ts';
import { CLOCK, CONFIG, HEALTH, LOGGER, METRICS } from './tokens.ts';

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
