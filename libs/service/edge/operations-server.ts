import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import type { ServiceParts } from '../service-parts.ts';
import { timeouts } from './connections.ts';

/** `/metrics` and health on a port of their own, which no load balancer publishes. Returns its port. */
export async function startOperationsServer({
  config,
  health,
  metrics,
}: ServiceParts): Promise<number | undefined> {
  if (config.opsPort === undefined) return undefined;
  const http = fastify({ ...timeouts(config), forceCloseConnections: true });
  http.get('/health/live', async () => ({ status: 'ok' }));
  http.get('/health/ready', async (_request, reply) => {
    const report = await health.report();
    return reply.status(report.status === 'ok' ? 200 : 503).send(report);
  });
  http.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  await http.listen({ port: config.opsPort, host: config.httpHost });
  return (http.server.address() as AddressInfo).port;
}
