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
import { HailgridError, MAX_BODY_BYTES } from '#libs/contracts';
import { NestLogger } from './logger.ts';
import { classify, ProblemFilter, sendProblem, refuseOnSocket } from './problem.filter.ts';
import type { ServiceParts } from './service-parts.ts';
import { readBodies } from './request-body.ts';
import { ServiceModule } from './service.module.ts';
import { LATENCY_BUCKETS_S, type Metrics } from './metrics.ts';

/** A request id that does not match is replaced, so that a caller cannot inject text into the logs. */
const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** The HTTP part of every service: request ids, validation, problems, metrics, health. Does not listen yet. */
export async function createApp(
  root: DynamicModule | Type,
  parts: ServiceParts,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      void reply.header('x-request-id', request.id);
      sendProblem(classify(error), request, reply, parts.logger);
    },
    clientErrorHandler: (error, socket) => refuseOnSocket(socket, unreadable(error), randomUUID()),
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
  });
  const module = { module: class Process {}, imports: [ServiceModule.of(parts), root as DynamicModule] };
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(parts.logger),
    abortOnError: false,
    // readBodies parses JSON. Nest would add forms, which another site's page may send.
    bodyParser: false,
  });
  readBodies(adapter.getInstance());
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: invalidRequest }));
  app.useGlobalFilters(new ProblemFilter(parts.logger));
  adapter.getInstance().addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
  });
  countRequests(adapter.getInstance(), parts.metrics);
  return app;
}

/** The error for a request that Node could not parse as HTTP. */
function unreadable({ code, message }: { code?: string; message: string }): HailgridError {
  return new HailgridError(code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'invalid_request', message);
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
