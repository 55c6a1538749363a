import type { DynamicModule, Type } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { INestMicroservice } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import { baseConfig, ConfigError, readConfig, refuseUnsafe, type BaseConfig } from './config.ts';
import { createApp } from './create-app.ts';
import { startOperationsServer } from './edge/operations-server.ts';
import type { Health } from './health.ts';
import type { Logger } from './logger.ts';
import { serviceParts, type ServiceParts } from './service-parts.ts';

/** How long open work may take after a signal before the process exits anyway. */
const SHUTDOWN_LIMIT_MS = 8_000;

export interface ServiceDefinition<S extends z.ZodObject> {
  name: string;
  config: S;
  /** The root module of the app, made from its configuration. */
  module: (config: z.output<S>, parts: ServiceParts) => DynamicModule | Type | Promise<DynamicModule | Type>;
  /** Set if the process also answers commands. */
  transport?: (config: z.output<S>, parts: ServiceParts) => MicroserviceOptions;
}

/** The `main` of every service: configuration, logger, HTTP, transport, readiness, and shutdown. */
export async function runService<S extends z.ZodObject<typeof baseConfig.shape>>(
  definition: ServiceDefinition<S>,
): Promise<void> {
  const config = readOrExit(definition);
  const base: BaseConfig = config;
  const parts = serviceParts(definition.name, base);
  const { logger } = parts;
  try {
    const app = await createApp(await definition.module(config, parts), parts);
    endWithSignals(app, parts, base.drainDelayMs);
    if (base.exitWithParent) endWithParent(logger);
    if (definition.transport) {
      const options = { inheritAppConfig: false };
      followTransport(app.connectMicroservice(definition.transport(config, parts), options), parts.health);
      await app.startAllMicroservices();
    }
    await app.listen(base.httpPort, base.httpHost);
    const opsPort = await startOperationsServer(parts);
    const { port } = new URL(await app.getUrl());
    logger.info(
      { event: 'ready', http_port: Number(port), ops_port: opsPort, mode: base.mode },
      `${definition.name} is ready`,
    );
  } catch (error) {
    logger.fatal({ event: 'start_failed', err: error }, 'could not start');
    process.exit(1);
  }
}

/** A process that receives no commands is not ready, whatever the state of its other connections. */
function followTransport(microservice: INestMicroservice, health: Health): void {
  let connected = false;
  microservice.status.subscribe((status) => (connected = status === 'connected'));
  health.add('transport', () => (connected ? undefined : 'disconnected'));
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
    return process.exit(78); // EX_CONFIG
  }
}

/**
 * Says that it is not ready at once, serves on for `drainDelayMs` while load balancers notice, and then closes. A second
 * signal changes nothing.
 */
function endWithSignals(
  app: NestFastifyApplication,
  { health, logger }: ServiceParts,
  drainDelayMs: number,
): void {
  let ending = false;
  const close = (): void => {
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
  const end = (signal: string): void => {
    if (ending) return;
    ending = true;
    health.drain();
    logger.info({ event: 'stopping', signal }, 'stopping');
    setTimeout(close, drainDelayMs);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(signal));
  process.on('uncaughtException', (error) => {
    logger.fatal({ event: 'uncaught', err: error }, 'uncaught exception');
    process.exit(1);
  });
}

/** Stops when standard input closes: the supervisor has died and would otherwise leave this process running. */
function endWithParent(logger: Logger): void {
  process.stdin.resume();
  process.stdin.on('end', () => {
    logger.warn({ event: 'parent_gone' }, 'the supervisor is gone');
    process.kill(process.pid, 'SIGTERM');
  });
  process.stdin.on('error', () => process.kill(process.pid, 'SIGTERM'));
}
