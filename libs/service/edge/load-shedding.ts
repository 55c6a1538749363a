import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import { HailgridError } from '#libs/contracts';
import type { Metrics } from '../metrics.ts';
import { isProbe } from './limit-calls.ts';

/** Share of the heap's limit above which requests are refused. V8 ends a process that needs all of it. */
const MAX_HEAP_SHARE = 0.9;
/** How often delay and heap are measured. */
const SAMPLE_INTERVAL_MS = 1_000;

/** Refuses requests with `overloaded` while the process is too busy to answer them in time. Probes are answered. */
export async function shedLoad(
  http: FastifyInstance,
  maxEventLoopDelayMs: number,
  metrics: Metrics,
): Promise<void> {
  const shed = metrics.counter('http_shed_total', 'Requests refused as overloaded, by cause', ['cause']);
  await http.register(underPressure, {
    maxEventLoopDelay: maxEventLoopDelayMs,
    maxHeapUsedBytes: Math.floor(getHeapStatistics().heap_size_limit * MAX_HEAP_SHARE),
    sampleInterval: SAMPLE_INTERVAL_MS,
    pressureHandler: async (request, _reply, cause, value) => {
      if (isProbe(request)) return;
      shed.inc({ cause });
      throw new HailgridError('overloaded', `${cause} is ${value ?? 'too high'}`);
    },
  });
}
