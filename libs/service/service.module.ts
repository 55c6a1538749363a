import { Controller, Get, Inject, Res, Global, Module, type DynamicModule } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { HailgridError } from '#libs/contracts';
import type { BaseConfig } from './config.ts';
import { CALL_LIMITS, type CallLimits } from './edge/call-limits.ts';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';
import { HEALTH, METRICS, CLOCK, CONFIG, LOGGER, type ServiceParts } from './service-parts.ts';

/** Health and metrics routes for orchestrators and scrapers. */
@Controller()
export class OperationsController {
  readonly #metrics: Metrics;

  constructor(
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) metrics: Metrics,
    @Inject(CONFIG) private readonly config: BaseConfig,
  ) {
    this.#metrics = metrics;
  }

  @Get('/health/live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('/health/ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.health.report();
    await reply.status(report.status === 'ok' ? 200 : 503).send(report);
  }

  /** In production mode only the operations port has it: the public one is open to everybody. */
  @Get('/metrics')
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    if (this.config.mode === 'production') throw new HailgridError('not_found', 'metrics on the public port');
    const { registry } = this.#metrics;
    await reply.header('content-type', registry.contentType).send(await registry.metrics());
  }
}

/** Gives every module of a process its configuration, clock, logger, health and metrics. */
@Global()
@Module({})
export class ServiceModule {
  static of(parts: ServiceParts, limits: CallLimits): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: parts.config },
      { provide: CLOCK, useValue: parts.clock },
      { provide: LOGGER, useValue: parts.logger },
      { provide: HEALTH, useValue: parts.health },
      { provide: METRICS, useValue: parts.metrics },
      { provide: CALL_LIMITS, useValue: limits },
    ];
    return {
      module: ServiceModule,
      providers,
      exports: providers.map(({ provide }) => provide),
      controllers: [OperationsController],
    };
  }
}
