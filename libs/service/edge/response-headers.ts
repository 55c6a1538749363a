import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** How long a browser may remember what a page of another origin may send. */
const PREFLIGHT_MAX_AGE_S = 600;

/**
 * Headers for browsers and caches. Answers are JSON about people: no cache keeps them, unless their route says so, and no
 * page embeds them. Clients revalidate with the ETag that they have kept themselves.
 */
export async function setResponseHeaders(
  http: FastifyInstance,
  corsOrigins: readonly string[] | undefined,
): Promise<void> {
  await http.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: corsOrigins === undefined ? 'same-origin' : 'cross-origin' },
  });
  http.addHook('onRequest', async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
  });
  // Closes the connection of a request that is answered before its body has arrived: who is refused sends no more.
  http.addHook('onSend', async (request, reply) => {
    if (!request.raw.complete) void reply.header('connection', 'close');
  });
  if (corsOrigins === undefined) return;
  await http.register(cors, {
    origin: [...corsOrigins],
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'idempotency-key',
      'if-match',
      'if-none-match',
      'x-request-id',
    ],
    exposedHeaders: ['etag', 'retry-after', 'ratelimit', 'ratelimit-policy', 'x-request-id'],
    maxAge: PREFLIGHT_MAX_AGE_S,
  });
}
