import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { newId } from '#libs/contracts';
import { tokenSettings } from '../../../dev/fixtures/token-settings.ts';
import { AuthenticationModule, CallerOf, ForRole } from '../authentication.ts';
import { baseConfig, readConfig } from '../config.ts';
import { createApp } from '../create-app.ts';
import { serviceParts, type ServiceParts } from '../service-parts.ts';
import { startOperationsServer } from './operations-server.ts';
import type { Caller } from '../tokens/callers.ts';

/** Routes of which the contracts know budgets, so that the limits of real routes are tested. */
@Controller()
class Riders {
  @Post('/v1/quotes')
  @ForRole('rider')
  quote(@CallerOf() caller: Caller, @Body() body: unknown): object {
    return { caller: caller.id, body };
  }

  @Get('/v1/products')
  @ForRole('rider')
  products(): object {
    return { data: [] };
  }

  @Post('/v1/public')
  @HttpCode(200)
  anyone(@Body() body: unknown): object {
    return { body };
  }

  @Get('/v1/much')
  much(): object {
    return { text: 'x'.repeat(20_000_000) };
  }
}

let issuer: Server;
let key: CryptoKey;
const running: NestFastifyApplication[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  key = pair.privateKey;
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'ES256', use: 'sig' }] });
  issuer = createServer((_, response) => response.end(keys));
  issuer.listen(0, '127.0.0.1');
  await once(issuer, 'listening');
});
afterAll(() => issuer.close());
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(running.splice(0).map((app) => app.close()));
});

interface Edge {
  url: string;
  port: number;
  parts: ServiceParts;
  metrics: () => Promise<string>;
}

async function start(environment: NodeJS.ProcessEnv = {}): Promise<Edge> {
  const config = readConfig(baseConfig, { HAILGRID_LOG_LEVEL: 'silent', ...environment });
  const parts = serviceParts('edge', config);
  const jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/`;
  const module = {
    module: class EdgeModule {},
    imports: [
      AuthenticationModule.of(
        { ...tokenSettings({ jwksUrl, jwtIssuer: 'us', jwtAudience: 'phones' }), mode: 'development' },
        { useFactory: () => ({ lookUp: () => Promise.reject(new Error('subjects are ids here')) }) },
      ),
    ],
    controllers: [Riders],
  };
  const app = await createApp(module, parts);
  running.push(app);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, parts, metrics: () => ownMetrics(parts) };
}

async function ownMetrics({ metrics }: ServiceParts): Promise<string> {
  const lines = (await metrics.registry.metrics()).split('\n');
  return lines.filter((line) => line.startsWith('hailgrid_')).join('\n');
}

const tokenOf = (sub: string): Promise<string> =>
  new SignJWT({ role: 'rider', sub, iss: 'us', aud: 'phones' })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuedAt()
    .setExpirationTime('1 min')
    .sign(key);
const newToken = (): Promise<string> => tokenOf(newId('rider'));

function get(edge: Edge, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(edge.url + path, { headers });
}

function quote(edge: Edge, token: string): Promise<Response> {
  return fetch(`${edge.url}/v1/quotes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"pickup":1}',
  });
}

/** A socket on which bytes are sent by hand. */
class Wire {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  text = '';

  constructor(edge: Edge) {
    this.socket = connect(edge.port, '127.0.0.1');
    sockets.push(this.socket);
    this.socket.on('data', (bytes: Buffer) => (this.text += bytes.toString()));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
  }

  get status(): number {
    return Number(this.text.split(' ')[1]);
  }
}

const head = (path: string, length: number, ...more: string[]): string =>
  [
    `POST ${path} HTTP/1.1`,
    'host: a',
    'content-type: application/json',
    `content-length: ${length}`,
    ...more,
    '',
    '',
  ].join('\r\n');

test('a request without a token is refused before its body has arrived, and its connection closes', async () => {
  const edge = await start();
  const wire = new Wire(edge);
  wire.socket.write(`${head('/v1/quotes', 60_000)}{`);
  await wire.closed;
  expect(wire.status).toBe(401);
  expect(wire.text).toContain('connection: close');
  expect(wire.text).toContain('"code":"unauthenticated"');
});

test('a token is checked once, and its caller is known to the handler', async () => {
  const edge = await start();
  const id = newId('rider');
  const answer = await quote(edge, await tokenOf(id));
  expect(await answer.json()).toEqual({ caller: id, body: { pickup: 1 } });
  expect(answer.headers.get('connection')).toBe('keep-alive');
});

test('a caller has a limit of its own, which the headers tell; others are not affected', async () => {
  const edge = await start({ HAILGRID_CALLER_REQUESTS_PER_MIN: '2' });
  const [one, other] = await Promise.all([newToken(), newToken()]);
  const ask = (token: string) => get(edge, '/v1/products', { authorization: `Bearer ${token}` });
  expect((await ask(one)).headers.get('ratelimit')).toMatch(/"caller";r=1;t=\d+/);
  expect((await ask(one)).status).toBe(200);
  const refused = await ask(one);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
  expect(refused.headers.get('ratelimit-policy')).toContain('"address";q=12000;w=60');
  const retryAfter = Number(refused.headers.get('retry-after'));
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(60);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited', retry_after_s: retryAfter });
  expect((await ask(other)).status).toBe(200);
  expect(await edge.metrics()).toMatch(/hailgrid_calls_limited_total\{limit="caller".*\} 1/);
});

test('quotes of one rider have a stricter limit by default than its other calls', async () => {
  const edge = await start();
  const token = await newToken();
  const answers = await Promise.all(Array.from({ length: 225 }, () => quote(edge, token)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(60);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(165);
  expect((await get(edge, '/v1/products', { authorization: `Bearer ${token}` })).status).toBe(200);
});

test('an address has a limit before its tokens are looked at; probes of load balancers have none', async () => {
  const edge = await start({ HAILGRID_ADDRESS_REQUESTS_PER_MIN: '3' });
  const statuses = [];
  for (let sent = 0; sent < 5; sent++) statuses.push((await get(edge, '/v1/products')).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  expect((await get(edge, '/v1/nothing')).status).toBe(429);
  expect((await get(edge, '/health/live')).status).toBe(200);
});

test('an address whose tokens are refused has a limit of its own, which good calls do not use up', async () => {
  const edge = await start({ HAILGRID_ADDRESS_REFUSALS_PER_MIN: '2' });
  const token = await newToken();
  for (let sent = 0; sent < 5; sent++)
    expect((await get(edge, '/v1/products', { authorization: `Bearer ${token}` })).status).toBe(200);
  const statuses = [];
  for (let sent = 0; sent < 3; sent++)
    statuses.push((await get(edge, '/v1/products', { authorization: 'Bearer no' })).status);
  expect(statuses).toEqual([401, 401, 429]);
});

test('X-Forwarded-For counts only if the peer is a trusted proxy', async () => {
  const limit = { HAILGRID_ADDRESS_REQUESTS_PER_MIN: '1' };
  const ask = (edge: Edge, from: string) => get(edge, '/v1/products', { 'x-forwarded-for': from });
  const direct = await start(limit);
  expect((await ask(direct, '198.51.100.1')).status).toBe(401);
  expect((await ask(direct, '198.51.100.2')).status).toBe(429);
  const behind = await start({ ...limit, HAILGRID_TRUSTED_PROXIES: '127.0.0.0/8, 10.0.0.1' });
  expect((await ask(behind, '198.51.100.1')).status).toBe(401);
  expect((await ask(behind, '198.51.100.2')).status).toBe(401);
  // What the client itself wrote before the proxy's entry is not believed.
  expect((await ask(behind, '203.0.113.9, 198.51.100.2')).status).toBe(429);
  // A client has all addresses of its IPv6 network.
  expect((await ask(behind, '2001:db8::1')).status).toBe(401);
  expect((await ask(behind, '2001:db8::2')).status).toBe(429);
});

test('a request that does not arrive in time gets 408 and is closed, in its headers and in its body', async () => {
  const edge = await start({ HAILGRID_REQUEST_TIMEOUT_MS: '200' });
  const body = new Wire(edge);
  body.socket.write(`${head('/v1/public', 60_000)}{`);
  const headers = new Wire(edge);
  headers.socket.write('POST /v1/public HTTP/1.1\r\nhost: a\r\n');
  await Promise.all([body.closed, headers.closed]);
  for (const wire of [body, headers]) {
    expect(wire.status).toBe(408);
    expect(wire.text).toContain('"code":"request_timeout"');
  }
});

test('a client that hangs up in a body is counted, and is no error of ours', async () => {
  const edge = await start();
  const logged: unknown[] = [];
  edge.parts.logger.error = (...line: unknown[]) => void logged.push(line);
  for (const encoding of ['identity', 'gzip']) {
    const wire = new Wire(edge);
    wire.socket.write(`${head('/v1/public', 60_000, `content-encoding: ${encoding}`)}{`, () =>
      wire.socket.resetAndDestroy(),
    );
    await wire.closed;
  }
  await expect.poll(edge.metrics).toMatch(/hailgrid_http_aborted_total\{.*\} 2/);
  expect(await edge.metrics()).not.toMatch(/http_request_seconds_count\{.*status="500"/);
  expect(logged).toEqual([]);
});

test('connections are bounded, in all and by address', async () => {
  for (const name of ['HAILGRID_MAX_CONNECTIONS', 'HAILGRID_MAX_ADDRESS_CONNECTIONS']) {
    const edge = await start({ [name]: '2' });
    const held = [new Wire(edge), new Wire(edge)];
    await Promise.all(held.map(({ socket }) => once(socket, 'connect')));
    const third = new Wire(edge);
    await third.closed;
    expect(third.text).toBe('');
    held[0]!.socket.destroy();
    await expect
      .poll(() =>
        get(edge, '/health/live').then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  }
});

test('a process whose event loop lags refuses requests, but answers probes, and recovers', async () => {
  const edge = await start({ HAILGRID_MAX_EVENT_LOOP_DELAY_MS: '50' });
  const busy = setInterval(() => {
    const untilMs = performance.now() + 150;
    while (performance.now() < untilMs);
  }, 1);
  const answer = await expect
    .poll(() => get(edge, '/v1/products'), { timeout: 10_000, interval: 100 })
    .toSatisfy(({ status }: Response) => status === 503)
    .then(() => get(edge, '/v1/products'));
  expect((await get(edge, '/health/live')).status).toBe(200);
  clearInterval(busy);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(await answer.json()).toMatchObject({ code: 'overloaded' });
  await expect
    .poll(() => get(edge, '/v1/products').then(({ status }) => status), { timeout: 10_000 })
    .toBe(401);
});

test('answers are stored by no cache and embedded by no page; pages of other origins get none by default', async () => {
  const edge = await start();
  const token = await newToken();
  const headers = { authorization: `Bearer ${token}`, origin: 'https://dispatch.example' };
  for (const answer of [await get(edge, '/v1/products', headers), await get(edge, '/v1/nothing', headers)]) {
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('pages of configured origins may call, with a token and an Idempotency-Key', async () => {
  const edge = await start({ HAILGRID_CORS_ORIGINS: 'https://dispatch.example,https://map.example' });
  const preflight = (origin: string) =>
    fetch(`${edge.url}/v1/quotes`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
  const allowed = await preflight('https://map.example');
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://map.example');
  expect(allowed.headers.get('access-control-allow-headers')).toContain('idempotency-key');
  expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
});

test('a client that does not read its answer is disconnected', async () => {
  const edge = await start({ HAILGRID_IDLE_CONNECTION_MS: '300' });
  const wire = new Wire(edge);
  wire.socket.pause();
  wire.socket.write('GET /v1/much HTTP/1.1\r\nhost: a\r\n\r\n');
  await expect.poll(edge.metrics, { timeout: 10_000 }).toMatch(/hailgrid_http_aborted_total\{.*\} 1/);
});

test('in production metrics are on the operations port only; health is on both', async () => {
  const development = await start({ HAILGRID_MODE: 'development' });
  expect((await get(development, '/metrics')).status).toBe(200);
  const edge = await start({ HAILGRID_OPS_PORT: '0' });
  expect((await get(edge, '/metrics')).status).toBe(404);
  const operations = await startOperationsServer(edge.parts);
  const ask = (path: string) => fetch(`http://127.0.0.1:${operations}${path}`);
  expect(await (await ask('/metrics')).text()).toContain('hailgrid_http_request_seconds');
  expect((await ask('/v1/products')).status).toBe(404);
  edge.parts.health.drain();
  for (const [path, status] of [
    ['/health/live', 200],
    ['/health/ready', 503],
  ] as const) {
    expect((await ask(path)).status).toBe(status);
    expect((await get(edge, path)).status).toBe(status);
  }
});

test('why a token is refused is in the log at info, without the token, and not in the answer', async () => {
  const edge = await start();
  const info = vi.spyOn(edge.parts.logger, 'info');
  const bad = await new SignJWT({ role: 'rider', sub: newId('rider'), iss: 'us', aud: 'elsewhere' })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuedAt()
    .setExpirationTime('1 min')
    .sign(key);
  const answer = await quote(edge, bad);
  expect(answer.status).toBe(401);
  expect(await answer.text()).not.toContain('phones');
  const logged = JSON.stringify(info.mock.calls);
  expect(logged).toMatch(/token_refused.*claim aud is not/);
  expect(logged).not.toContain(bad.split('.')[1]);
});
