import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { StandardSchemaValidationPipe, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HailgridError, MAX_BODY_BYTES } from '#libs/contracts';
import { NestLogger } from './logger.ts';
import { ProblemFilter } from './problem.filter.ts';
import { countRequests } from './request-metrics.ts';
import type { ServiceParts } from './service-parts.ts';
import { ServiceModule } from './service.module.ts';

/** A header that might be used to smuggle text into logs is not taken over. */
const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** The HTTP side that every service shares: request ids, validation, problems, metrics, health. Not listening yet. */
export async function createApp(
  root: DynamicModule | Type,
  parts: ServiceParts,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 200 },
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
  });
  const module = { module: class Process {}, imports: [ServiceModule.of(parts), root as DynamicModule] };
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(parts.logger),
    abortOnError: false,
  });
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: invalidRequest }));
  app.useGlobalFilters(new ProblemFilter(parts.logger));
  adapter.getInstance().addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
  });
  countRequests(adapter.getInstance(), parts.metrics);
  return app;
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
