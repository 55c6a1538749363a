import { Controller, Get, Inject, Query, Req, Res, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HailgridError, type Numbers } from '#libs/contracts';
import { SeriesCollector } from '#libs/metric-series';
import { CONFIG, LOGGER, OutageLog, type Logger } from '#libs/service';
import { CityControlClient } from '../break/city-control-client.ts';
import type { ConsoleConfig } from '../config.ts';
import { Sessions } from '../signin/sessions.ts';

/** For how long numbers are kept. */
const KEPT_MS = 60 * 60_000;

const numbersQuery = z.object({ since: z.coerce.number().min(0).default(0) });

/**
 * The numbers of the last hour, from /metrics of all processes. Collected all the time, so that the hour before somebody looks
 * is there. In memory: a restarted console has no past numbers.
 */
@Controller()
export class NumbersController implements OnApplicationShutdown {
  readonly #collector: SeriesCollector | undefined;

  constructor(
    private readonly sessions: Sessions,
    control: CityControlClient,
    @Inject(CONFIG) { metricsTargets, metricsIntervalMs }: ConsoleConfig,
    @Inject(LOGGER) logger: Logger,
  ) {
    if (metricsTargets.length === 0 && !control.exists) return;
    const outage = new OutageLog(logger, 'reading the numbers of the city');
    this.#collector = new SeriesCollector({
      targets: async () => {
        if (metricsTargets.length > 0) return metricsTargets;
        const processes = await control.processes();
        outage.worked();
        return processes.flatMap(({ metrics_url: url }) => (url === undefined ? [] : [url]));
      },
      everyMs: metricsIntervalMs,
      maxPoints: Math.ceil(KEPT_MS / metricsIntervalMs),
      onError: (error) => outage.failed(error),
    });
    this.#collector.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#collector?.stop();
  }

  @Get('v1/console/numbers')
  async numbers(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query({ schema: numbersQuery }) { since }: z.output<typeof numbersQuery>,
  ): Promise<Numbers> {
    await this.sessions.ofOperator(request, reply, 'ops.read');
    if (this.#collector === undefined) throw new HailgridError('not_found', 'no HAILGRID_METRICS_TARGETS');
    return this.#collector.since(since);
  }
}
