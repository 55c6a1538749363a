import type { FastifyRequest } from 'fastify';

/** The methods that a request's address knows; none where there is nothing at it. */
export function allowedMethods({ server, url }: FastifyRequest): string[] {
  return server.supportedMethods.filter((method) => server.findRoute({ method, url }) !== null);
}
