import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { StandardSchemaValidationPipe, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import { HailgridError, MAX_BODY_BYTES } from '#libs/contracts';
import { systemClock } from './clock.ts';
import { baseConfig, ConfigError, readConfig, refuseUnsafe, type BaseConfig } from './config.ts';
import { Health } from './health.ts';
import { createLogger, NestLogger, type Logger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { countRequests } from './request-metrics.ts';
import { ProblemFilter } from './problem.filter.ts';
import { ServiceModule, type ServiceParts } from './service.module.ts';

/** After a signal, open work has this long; then the process goes as it is. */
const SHUTDOWN_LIMIT_MS = 8_000;
/** A header that might be used to smuggle text into logs is not taken over. */
const REQUEST_ID = /^[\w.:-]{1,100}$/;

export interface ServiceDefinition<S extends z.ZodObject> {
  name: string;
  config: S;
  /** The root module of the app, made from its configuration. */
  module: (config: z.output<S>, parts: ServiceParts) => DynamicModule | Type | Promise<DynamicModule | Type>;
  /** Where the process answers commands too. */
  transport?: (config: z.output<S>) => MicroserviceOptions;
}

/** The `main` of every service: configuration, logger, HTTP, transport, readiness, and a clean end. */
export async function runService<S extends z.ZodObject<typeof baseConfig.shape>>(
  definition: ServiceDefinition<S>,
): Promise<void> {
  const config = readOrExit(definition);
  const base: BaseConfig = config;
  const logger = createLogger(definition.name, base.instance, base.logLevel);
  const parts: ServiceParts = {
    config: base,
    clock: systemClock(base.clockSpeed, base.clockOriginMs),
    logger,
    health: new Health(),
    metrics: new Metrics(definition.name, base.instance),
  };
  try {
    const app = await createApp(await definition.module(config, parts), parts);
    endWithSignals(app, parts);
    if (base.exitWithParent) endWithParent(logger);
    if (definition.transport) {
      app.connectMicroservice(definition.transport(config), { inheritAppConfig: false });
      await app.startAllMicroservices();
    }
    await app.listen(base.httpPort, base.httpHost);
    const { port } = new URL(await app.getUrl());
    logger.info({ event: 'ready', http_port: Number(port), mode: base.mode }, `${definition.name} is ready`);
  } catch (error) {
    logger.fatal({ event: 'start_failed', err: error }, 'could not start');
    process.exit(1);
  }
}

function readOrExit<S extends z.ZodObject<typeof baseConfig.shape>>(
  definition: ServiceDefinition<S>,
): z.output<S> {
  try {
    const config = readConfig(definition.config, process.env);
    refuseUnsafe(config);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${definition.name}: ${error.message}\n`);
    process.exit(78); // EX_CONFIG
  }
}

async function createApp(root: DynamicModule | Type, parts: ServiceParts): Promise<NestFastifyApplication> {
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

function endWithSignals(app: NestFastifyApplication, { health, logger }: ServiceParts): void {
  let ending = false;
  const end = (signal: string): void => {
    if (ending) return;
    ending = true;
    health.drain();
    logger.info({ event: 'stopping', signal }, 'stopping');
    setTimeout(() => {
      logger.error({ event: 'stop_forced' }, `still open work after ${SHUTDOWN_LIMIT_MS} ms`);
      process.exit(1);
    }, SHUTDOWN_LIMIT_MS).unref();
    void app.close().then(
      () => {
        logger.info({ event: 'stopped' }, 'stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ event: 'stop_failed', err: error }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(signal));
  process.on('uncaughtException', (error) => {
    logger.fatal({ event: 'uncaught', err: error }, 'uncaught exception');
    process.exit(1);
  });
}

/** A supervisor that dies without a word closes our standard input; then nobody is left to stop us. */
function endWithParent(logger: Logger): void {
  process.stdin.resume();
  process.stdin.on('end', () => {
    logger.warn({ event: 'parent_gone' }, 'the supervisor is gone');
    process.kill(process.pid, 'SIGTERM');
  });
  process.stdin.on('error', () => process.kill(process.pid, 'SIGTERM'));
}
