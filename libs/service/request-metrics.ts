import type { FastifyInstance } from 'fastify';
import { LATENCY_BUCKETS_S, type Metrics } from './metrics.ts';

/** Times every HTTP request by its route (never by its address, which would make a series an id). */
export function countRequests(http: FastifyInstance, metrics: Metrics): void {
  const seconds = metrics.histogram(
    'http_request_seconds',
    'HTTP requests by route and status',
    LATENCY_BUCKETS_S,
    ['method', 'route', 'status'],
  );
  http.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    seconds.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  });
}
