import type { DynamicModule } from '@nestjs/common';
import type { RouteOptions } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApiDocument, routerPath, type ApiName } from '#libs/contracts';
import { createApp, readConfig, serviceParts, type BaseConfig } from '#libs/service';
import { riderApiConfig } from '../apps/rider-api/config.ts';
import { RiderApiModule } from '../apps/rider-api/rider-api.module.ts';
import { issuerConfig } from '../apps/dev-issuer/config.ts';
import { DevIssuerModule } from '../apps/dev-issuer/dev-issuer.module.ts';
import { driverApiConfig } from '../apps/driver-api/config.ts';
import { DriverApiModule } from '../apps/driver-api/driver-api.module.ts';
import { tripsConfig } from '../apps/trips/config.ts';
import { TripsModule } from '../apps/trips/trips.module.ts';
import {
  BUILT_IN_AREA,
  testDatabase,
  testNats,
  type TestDatabase,
  type TestNats,
} from '../dev/test-world/index.ts';

/** The operational routes of every process: health, metrics, API documents and their pages. */
const OPERATIONS = [
  'GET /',
  'GET /docs',
  'GET /docs/scalar.js',
  'GET /docs/start.js',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'GET /openapi.json',
];

let nats: TestNats;
let database: TestDatabase;

beforeAll(async () => {
  [nats, database] = await Promise.all([testNats(), testDatabase()]);
});

afterAll(async () => {
  await Promise.all([nats.stop(), database.drop()]);
});

interface Service {
  api: ApiName;
  operations: readonly string[];
  make: (environment: NodeJS.ProcessEnv) => Promise<[BaseConfig, DynamicModule]>;
}

const SERVICES: readonly Service[] = [
  {
    api: 'rider',
    operations: [...OPERATIONS, 'GET /asyncapi.json'],
    make: async (environment) => {
      const config = readConfig(riderApiConfig, environment);
      return [config, RiderApiModule.of(config)];
    },
  },
  {
    api: 'driver',
    operations: [...OPERATIONS, 'GET /asyncapi.json'],
    make: async (environment) => {
      const config = readConfig(driverApiConfig, environment);
      return [config, DriverApiModule.of(config)];
    },
  },
  {
    api: 'trips',
    operations: [...OPERATIONS, 'GET /asyncapi.json'],
    make: async (environment) => {
      const config = readConfig(tripsConfig, environment);
      return [config, TripsModule.of(config)];
    },
  },
  {
    api: 'issuer',
    operations: OPERATIONS,
    make: async (environment) => {
      const config = readConfig(issuerConfig, environment);
      return [config, await DevIssuerModule.of(config)];
    },
  },
];

/** The routes of the running service, as Fastify registers them. */
async function routesOf({ api, make }: Service): Promise<string[]> {
  const [config, module] = await make({
    HAILGRID_MODE: 'development',
    HAILGRID_LOG_LEVEL: 'silent',
    HAILGRID_INSTANCE: `${api}-1`,
    HAILGRID_NATS_URLS: nats.url,
    HAILGRID_POSTGRES_URLS: database.urls.join(','),
    HAILGRID_JWKS_URL: 'http://127.0.0.1:9/unused',
    HAILGRID_SERVICE_AREA: BUILT_IN_AREA,
  });
  const app = await createApp(module, serviceParts(api, config));
  const routes: string[] = [];
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', ({ method, url }: RouteOptions) => {
      for (const one of [method].flat()) routes.push(`${one} ${url}`);
    });
  await app.listen(0, '127.0.0.1');
  await app.close();
  return routes;
}

function documentedRoutes(api: ApiName): string[] {
  return Object.entries(openApiDocument(api).paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${routerPath({ path })}`),
  );
}

test.each(SERVICES)('$api has exactly the routes of its document', async (service) => {
  const routes = (await routesOf(service)).filter((route) => !route.startsWith('HEAD '));
  const expected = [...documentedRoutes(service.api), ...service.operations];
  expect(routes.toSorted()).toEqual(expected.toSorted());
});
