import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';
import { HEALTH, METRICS } from './tokens.ts';

/** What an orchestrator and a scraper ask of every process. */
@Controller()
export class OperationsController {
  readonly #metrics: Metrics;

  constructor(
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) metrics: Metrics,
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

  @Get('/metrics')
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const { registry } = this.#metrics;
    await reply.header('content-type', registry.contentType).send(await registry.metrics());
  }
}
