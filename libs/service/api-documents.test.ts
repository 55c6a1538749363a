import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiName } from '#libs/contracts';
import { ApiDocumentsModule } from './api-documents.module.ts';
import { baseConfig, readConfig } from './config.ts';
import { createApp } from './create-app.ts';
import { serviceParts } from './service-parts.ts';

const running: NestFastifyApplication[] = [];
afterAll(() => Promise.all(running.map((app) => app.close())));

async function start(api: ApiName, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const config = readConfig(baseConfig, { HAILGRID_LOG_LEVEL: 'silent', ...environment });
  const app = await createApp(ApiDocumentsModule.of(api), serviceParts(api, config));
  running.push(app);
  await app.listen(0, '127.0.0.1');
  return `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
}

const ask = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, { redirect: 'manual', headers });

describe('/docs of a service', () => {
  let url: string;
  beforeAll(async () => {
    url = await start('rider');
  });

  test('is a page that loads nothing but files of the service', async () => {
    const answer = await ask(`${url}/docs`);
    const html = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).toContain('<title>Hailgrid rider API</title>');
    expect(html).not.toMatch(/https?:|\/\//);
    const scripts = [...html.matchAll(/<script(.*?)>(.*?)<\/script>/g)];
    expect(scripts.map(([, , inline]) => inline)).toEqual(['', '']);
    for (const [, attributes = ''] of scripts) {
      const script = new URL(/src="(.*?)"/.exec(attributes)?.[1] ?? '', `${url}/docs`);
      const { status, headers } = await ask(script.href);
      expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    }
  });

  test('may call its own service only, and run scripts of files only', async () => {
    const { headers } = await ask(`${url}/docs`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).not.toMatch(/https?:|\*/);
  });

  test('leaves the policy of all other answers as it was', async () => {
    await ask(`${url}/docs`);
    const { headers } = await ask(`${url}/openapi.json`);
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
  });

  test('has the renderer from its package, packed for who takes that', async () => {
    const plain = await (await ask(`${url}/docs/scalar.js`, { 'accept-encoding': 'identity' })).text();
    expect(plain).toContain('createApiReference');
    const packed = await ask(`${url}/docs/scalar.js`, { 'accept-encoding': 'gzip, br' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(await packed.text()).toBe(plain);
  });

  test.each([
    ['rider', ['openapi.json', 'asyncapi.json']],
    ['issuer', ['openapi.json']],
  ] as const)('of %s shows %j, which the service has', async (api, documents) => {
    const its = await start(api);
    const script = await (await ask(`${its}/docs/start.js`)).text();
    expect([...script.matchAll(/"url":"(.*?)"/g)].map(([, name]) => name)).toEqual(documents);
    for (const document of documents) expect((await ask(`${its}/${document}`)).status).toBe(200);
  });

  test('is gone with HAILGRID_DOCS off, but for the documents', async () => {
    const off = await start('rider', { HAILGRID_DOCS: 'false', HAILGRID_MODE: 'development' });
    for (const path of ['/', '/docs', '/docs/start.js', '/docs/scalar.js'])
      expect((await ask(off + path)).status).toBe(404);
    expect((await ask(`${off}/openapi.json`)).status).toBe(200);
  });
});

test('the root leads to /docs in development, and is not found in production', async () => {
  const development = await ask(`${await start('rider', { HAILGRID_MODE: 'development' })}/`);
  expect([development.status, development.headers.get('location')]).toEqual([302, 'docs']);
  expect((await ask(`${await start('rider')}/`)).status).toBe(404);
});
