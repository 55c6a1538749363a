import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { baseConfig, readConfig } from './config.ts';
import { createApp } from './create-app.ts';
import { serviceParts } from './service-parts.ts';

@Controller()
class Things {
  @Get('/v1/things/:id')
  read(): object {
    return {};
  }

  @Post('/v1/things/:id')
  @HttpCode(200)
  change(): object {
    return {};
  }

  @Post('/v1/things')
  make(): object {
    return {};
  }
}

let app: NestFastifyApplication;

beforeAll(async () => {
  const config = readConfig(baseConfig, { HAILGRID_LOG_LEVEL: 'silent' });
  const module = { module: class ThingsModule {}, controllers: [Things] };
  app = await createApp(module, serviceParts('things', config));
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

async function call(method: string, path: string): Promise<Response> {
  return fetch(new URL(path, await app.getUrl()), { method });
}

test.each([
  ['DELETE', '/v1/things/7', 'GET, HEAD, POST'],
  ['PUT', '/v1/things/7?fast=1', 'GET, HEAD, POST'],
  ['OPTIONS', '/v1/things/7', 'GET, HEAD, POST'],
  ['GET', '/v1/things', 'POST'],
  ['POST', '/health/live', 'GET, HEAD'],
])('%s %s is refused with the methods that the address supports', async (method, path, allowed) => {
  const response = await call(method, path);
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe(allowed);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(await response.json()).toMatchObject({ code: 'method_not_allowed' });
});

test.each([
  ['GET', '/v1/nothing'],
  ['DELETE', '/v1/things/7/parts'],
])('%s %s is not found', async (method, path) => {
  const response = await call(method, path);
  expect(response.status).toBe(404);
  expect(response.headers.get('allow')).toBeNull();
  expect(await response.json()).toMatchObject({ code: 'not_found' });
});

test('a supported method is answered', async () => {
  expect((await call('HEAD', '/v1/things/7')).status).toBe(200);
  expect((await call('POST', '/v1/things/7')).status).toBe(200);
});
