import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  StandardSchemaValidationPipe,
  createParamDecorator,
  type DynamicModule,
  type Type,
  type ExecutionContext,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, FastifyInstance } from 'fastify';
import { HailgridError, MAX_BODY_BYTES, type ErrorCode } from '#libs/contracts';
import { CallLimits } from './edge/call-limits.ts';
import { boundConnections, timeouts } from './edge/connections.ts';
import { limitAddresses } from './edge/limit-calls.ts';
import { shedLoad } from './edge/load-shedding.ts';
import { setResponseHeaders } from './edge/response-headers.ts';
import { NestLogger } from './logger.ts';
import { classify, ProblemFilter, sendProblem, refuseOnSocket } from './problem.filter.ts';
import type { ServiceParts } from './service-parts.ts';
import { readBodies } from './request-body.ts';
import { ServiceModule } from './service.module.ts';
import { LATENCY_BUCKETS_S, type Metrics } from './metrics.ts';

/** Node's codes of requests that it gives up before Fastify sees them. */
const CODES_OF_NODE: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** A request id that does not match is replaced, so that a caller cannot inject text into the logs. */
const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** The HTTP part of every service: request ids, validation, problems, metrics, health. Does not listen yet. */
export async function createApp(
  root: DynamicModule | Type,
  parts: ServiceParts,
): Promise<NestFastifyApplication> {
  const { config, logger, metrics } = parts;
  const adapter = new FastifyAdapter({
    ...timeouts(config),
    trustProxy: config.trustedProxies ?? false,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      void reply.header('x-request-id', request.id);
      sendProblem(classify(error), request, reply, logger);
    },
    clientErrorHandler: (error, socket) => refuseOnSocket(socket, unreadable(error), randomUUID()),
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
  });
  const http = adapter.getInstance();
  http.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
  });
  countRequests(http, metrics);
  await setResponseHeaders(http, config.corsOrigins);
  await shedLoad(http, config.maxEventLoopDelayMs, metrics);
  const limits = await CallLimits.of(http, config, metrics);
  limitAddresses(http, limits);
  boundConnections(http.server, config, limits);
  const module = {
    module: class Process {},
    imports: [ServiceModule.of(parts, limits), root as DynamicModule],
  };
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    // readBodies parses JSON. Nest would add forms, which another site's page may send.
    bodyParser: false,
  });
  readBodies(http);
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: invalidRequest }));
  app.useGlobalFilters(new ProblemFilter(logger));
  return app;
}

/** The error for a request that Node could not parse as HTTP. */
function unreadable({ code, message }: { code?: string; message: string }): HailgridError {
  return new HailgridError(CODES_OF_NODE[code ?? ''] ?? 'invalid_request', message);
}

/** The validation pipe's issues as an `invalid_request` that points at each member. */
function invalidRequest(
  issues: readonly { message: string; path?: readonly unknown[] | undefined }[],
): HailgridError {
  return new HailgridError('invalid_request', issues[0]?.message ?? 'invalid', {
    issues: issues.map(({ message, path = [] }) => ({
      pointer: path
        .map(
          (part) =>
            `/${String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part)}`,
        )
        .join(''),
      message,
    })),
  });
}

/** Times every HTTP request by its route pattern: the address would create one series per id. */
export function countRequests(http: FastifyInstance, metrics: Metrics): void {
  const seconds = metrics.histogram(
    'http_request_seconds',
    'HTTP requests by route and status',
    LATENCY_BUCKETS_S,
    ['method', 'route', 'status'],
  );
  const aborted = metrics.counter(
    'http_aborted_total',
    'HTTP requests whose client hung up before the answer',
  );
  http.addHook('onRequestAbort', async (_request) => aborted.inc());
  http.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    seconds.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  });
}

/** The id of the current request: the caller's X-Request-Id if it is safe to log, otherwise a random one. */
export const RequestIdOf = createParamDecorator(
  (_: unknown, context: ExecutionContext): string => context.switchToHttp().getRequest<FastifyRequest>().id,
);
