import { once } from 'node:events';
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Body, Controller, Delete, HttpCode, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '#libs/contracts';
import { baseConfig, readConfig } from './config.ts';
import { createApp } from './create-app.ts';
import { serviceParts } from './service-parts.ts';

@Controller()
class Echo {
  @Post('/v1/echo')
  @HttpCode(200)
  echo(@Body() body: unknown): object {
    return { body: body ?? 'none' };
  }

  @Delete('/v1/echo')
  remove(@Body() body: unknown): object {
    return { body: body ?? 'none' };
  }
}

let app: NestFastifyApplication;

beforeAll(async () => {
  const config = readConfig(baseConfig, { HAILGRID_LOG_LEVEL: 'silent' });
  const module = { module: class EchoModule {}, controllers: [Echo] };
  app = await createApp(module, serviceParts('echo', config));
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

const JSON_TYPE = { 'content-type': 'application/json' };
const GZIP = { ...JSON_TYPE, 'content-encoding': 'gzip' };

async function send(
  body: string | Uint8Array<ArrayBuffer> | undefined,
  headers: Record<string, string>,
  method = 'POST',
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(new URL('/v1/echo', await app.getUrl()), {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

const zipped = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(text));

/** Opens a request with a body in chunks; `write` sends it. Resolves to the answer, also before the body ends. */
async function openChunked(
  headers: Record<string, string>,
  write: (request: ClientRequest) => void,
): Promise<{ status: number | undefined; body: unknown }> {
  const target = new URL('/v1/echo', await app.getUrl());
  const request = requestHttp(target, {
    method: 'POST',
    headers: { ...headers, 'transfer-encoding': 'chunked' },
  });
  request.on('error', () => undefined);
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  write(request);
  const [response] = await answered;
  const body: unknown = JSON.parse(await text(response));
  request.destroy();
  return { status: response.statusCode, body };
}

/** A body of unknown length: sent in chunks. */
async function sendChunked(
  bytes: Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<unknown> {
  const body = new Blob([bytes]).stream();
  const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
  const response = await fetch(new URL('/v1/echo', await app.getUrl()), init);
  return response.json();
}

test.each(['POST', 'DELETE'])('an empty body of %s is none, with and without its type', async (method) => {
  for (const headers of [{}, JSON_TYPE, { 'content-type': 'application/json; charset=utf-8' }, GZIP])
    for (const body of [undefined, ''])
      expect(await send(body, headers, method)).toMatchObject({ status: 200, body: { body: 'none' } });
  expect(await send(zipped(''), GZIP, method)).toMatchObject({ status: 200, body: { body: 'none' } });
});

test('an empty body in chunks is none', async () => {
  for (const headers of [{}, JSON_TYPE, { 'content-type': 'text/plain' }, GZIP])
    expect(await openChunked(headers, (request) => request.end())).toEqual({
      status: 200,
      body: { body: 'none' },
    });
});

test.each(['text/json', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'nonsense'])(
  'a body of type %s is 415',
  async (type) => {
    const refused = await send('{}', { 'content-type': type });
    expect(refused).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    expect(await sendChunked(new TextEncoder().encode('{}'), { 'content-type': type })).toMatchObject({
      code: 'unsupported_media_type',
    });
  },
);

test.each(['application/json; charset=UTF-8', 'application/json;charset="utf-8"', 'Application/JSON'])(
  'a body of type %s is read',
  async (type) => {
    const read = await send('{"name":"ã"}', { 'content-type': type });
    expect(read).toMatchObject({ status: 200, body: { body: { name: 'ã' } } });
  },
);

test('bytes that are not UTF-8 are refused, and change no letter', async () => {
  const latin1 = new Uint8Array(Buffer.from('{"name":"ã"}', 'latin1'));
  expect(await send(latin1, JSON_TYPE)).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
});

test('a body in gzip is read as one without', async () => {
  const text = JSON.stringify({ name: 'Lisboa', filler: 'ã'.repeat(20_000) });
  for (const coding of ['gzip', 'GZIP', 'x-gzip'])
    expect(await send(zipped(text), { ...JSON_TYPE, 'content-encoding': coding })).toMatchObject({
      status: 200,
      body: { body: JSON.parse(text) as unknown },
    });
  expect(await sendChunked(zipped(text), GZIP)).toEqual({ body: JSON.parse(text) });
  expect(await send('{}', { ...JSON_TYPE, 'content-encoding': 'identity' })).toMatchObject({ status: 200 });
});

test('a small body that inflates beyond the bound is refused', async () => {
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(50 << 20, ' ')));
  expect(bomb.length).toBeLessThan(MAX_BODY_BYTES);
  const before = process.memoryUsage().rss;
  const refused = await send(bomb, GZIP);
  expect(refused).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  expect(process.memoryUsage().rss - before).toBeLessThan(20 << 20);
  const atBound = `"${'a'.repeat(MAX_BODY_BYTES - 2)}"`;
  expect((await send(zipped(atBound), GZIP)).status).toBe(200);
  expect((await send(zipped(`${atBound} `), GZIP)).status).toBe(413);
});

test('a compressed body beyond the bound is refused before it is inflated', async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(MAX_BODY_BYTES));
  const body = new Uint8Array(gzipSync(bytes));
  expect(body.length).toBeGreaterThan(MAX_BODY_BYTES);
  expect(await send(body, GZIP)).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  expect(await sendChunked(body, GZIP)).toMatchObject({ code: 'payload_too_large' });
});

test('a compressed body without end is refused as soon as it is beyond the bound', async () => {
  const bytes = gzipSync(crypto.getRandomValues(new Uint8Array(MAX_BODY_BYTES)));
  const { status, body } = await openChunked(GZIP, (request) => request.write(bytes));
  expect([status, body]).toMatchObject([413, { code: 'payload_too_large' }]);
});

test('bytes that are not whole gzip, and JSON that is none, are refused', async () => {
  for (const body of ['{}', zipped('{}').slice(0, -4)])
    expect(await send(body, GZIP)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  expect(await send(zipped('{'), GZIP)).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
  expect(await send(zipped('{"__proto__":{}}'), GZIP)).toMatchObject({
    status: 400,
    body: { code: 'malformed_json' },
  });
});

test.each(['br', 'deflate', 'zstd', 'gzip, gzip', 'compress'])(
  'Content-Encoding: %s is 415, and says what is read',
  async (coding) => {
    const body = new Uint8Array(brotliCompressSync('{}'));
    const refused = await send(body, { ...JSON_TYPE, 'content-encoding': coding });
    expect(refused).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.headers.get('accept-encoding')).toBe('gzip');
  },
);
