import { connect } from 'node:net';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { exportJWK, generateKeyPair, importPKCS8, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HTTP_ROUTES, newId, type ErrorCode, type HttpRoute, type Role, type TripId } from '#libs/contracts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { onlineBody } from '../phones/driver-phone.ts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { tokenFor } from '../phones/tokens.ts';
import { checkProblem, expectProblem } from './problems.ts';
import { expectNothingLost, expectWell } from './well-being.ts';

const INSTANCE_OF = {
  rider: 'rider-api-1',
  driver: 'driver-api-1',
  trips: 'trips-1',
  issuer: 'dev-issuer-1',
} as const;
const JSON_TYPE = { 'content-type': 'application/json' };
const QUOTE = { product: 'standard', pickup: ROSSIO, dropoff: ESTRELA };
const UNKNOWN = { trip: newId('trip'), quote: newId('quote'), offer: newId('offer') };

const keys = temporaryDirectory('bad-input');
const keyFile = join(keys.path, 'issuer.pem');
let city: TestCity;
let tokens: Record<Role, string>;
let acknowledged = 0;

beforeAll(async () => {
  city = await TestCity.start(undefined, { env: { HAILGRID_ISSUER_KEY_FILE: keyFile } });
  const [rider, driver, operator] = await Promise.all(
    (['rider', 'driver', 'operator'] as const).map((role) => tokenFor(city.url('dev-issuer-1'), role)),
  );
  tokens = { rider: rider!, driver: driver!, operator: operator! };
});
afterAll(async () => {
  await city.stop();
  keys.remove();
});

interface Call {
  method?: string;
  token?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Sends objects as JSON, text as it is. */
function call(api: HttpRoute['api'], path: string, { method = 'POST', token, body, headers }: Call = {}) {
  return fetch(city.url(INSTANCE_OF[api]) + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && JSON_TYPE),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** Sends bytes that no HTTP client would send; returns the answer. */
function sendRaw(api: HttpRoute['api'], text: string): Promise<Response> {
  const { port, hostname } = new URL(city.url(INSTANCE_OF[api]));
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body] = answer.split('\r\n\r\n');
      const [status = '', ...fields] = head.split('\r\n');
      const headers = fields.map((field) => field.split(': ') as [string, string]);
      resolve(new Response(body ?? null, { status: Number(status.split(' ')[1]), headers }));
    });
  });
}

async function expectStillWell(): Promise<void> {
  await expectWell(city);
  acknowledged += 1;
  await expectNothingLost(city, acknowledged);
}

test('unknown paths and methods, and malformed bytes', async () => {
  for (const api of ['rider', 'driver', 'trips', 'issuer'] as const) {
    await expectProblem(await call(api, '/v1/nothing', { method: 'GET' }), 'not_found');
    await expectProblem(await call(api, '/health/live', { method: 'DELETE' }), 'method_not_allowed');
    await expectProblem(await sendRaw(api, '\0\x16\x03 what?\r\n\r\n'), 'invalid_request');
    expect((await call(api, '/health/live', { method: 'GET' })).status).toBe(200);
  }
  const rider = { token: tokens.rider, method: 'GET' };
  await expectProblem(await call('rider', '/v1/trips', { ...rider, method: 'PUT' }), 'method_not_allowed');
  await expectProblem(await call('rider', '/v1/trips/%zz', rider), 'invalid_request');
  await expectProblem(await call('rider', `/v1/trips/${'a'.repeat(500)}`, rider), 'invalid_request');
  await expectProblem(await call('rider', '/v1/stream', rider), 'not_found');
  await expectProblem(
    await call('rider', `/v1/trips?cursor=${'a'.repeat(20_000)}`, rider),
    'headers_too_large',
  );
  const twice = 'Content-Length: 3\r\nContent-Length: 4\r\n';
  await expectProblem(
    await sendRaw('rider', `POST /v1/quotes HTTP/1.1\r\nHost: a\r\n${twice}\r\n{}`),
    'invalid_request',
  );
  await expectStillWell();
});

test('malformed bodies', async () => {
  const quote = (body: unknown, headers = {}) =>
    call('rider', '/v1/quotes', { token: tokens.rider, body, headers });
  for (const body of ['{', '[1,', 'null x', '\0', '{"__proto__":{"product":"xl"}}'])
    await expectProblem(await quote(body), 'malformed_json');
  for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', ';;'])
    await expectProblem(await quote(QUOTE, { 'content-type': type }), 'unsupported_media_type');
  await expectProblem(await quote(''), 'invalid_request');
  await expectProblem(await quote({ ...QUOTE, filler: 'x'.repeat(70_000) }), 'payload_too_large');

  const at = (point: object) => ({ ...QUOTE, pickup: { ...ROSSIO, ...point } });
  const wrong: [body: unknown, pointer: string][] = [
    [null, ''],
    [[], ''],
    ['text', ''],
    [{ ...QUOTE, surprise: 1 }, ''],
    [{ ...QUOTE, product: 'hearse' }, '/product'],
    [at({ lat: 90.0001 }), '/pickup/lat'],
    [at({ lng: -181 }), '/pickup/lng'],
    [at({ lat: '38.7' }), '/pickup/lat'],
    [at({ lat: null }), '/pickup/lat'],
  ];
  for (const [body, pointer] of wrong) {
    const said = await expectProblem(await quote(JSON.stringify(body)), 'invalid_request');
    expect(said.issues?.map((issue) => issue.pointer)).toContain(pointer);
  }
  const endless = JSON.stringify(at({ lat: 0 })).replace('"lat":0', '"lat":1e999');
  await expectProblem(await quote(endless), 'invalid_request');
  for (const [point, code] of [
    [{ lat: 90, lng: 180 }, 'outside_service_area'],
    [{ lat: 0, lng: 0 }, 'outside_service_area'],
    [ESTRELA, 'route_too_short'],
  ] as const)
    await expectProblem(await quote(at(point)), code);

  const online = (vehicle: object) =>
    call('driver', '/v1/driver/online', {
      token: tokens.driver,
      body: { ...onlineBody, vehicle: { ...onlineBody.vehicle, ...vehicle } },
    });
  for (const plate of ['', '   ', 'x'.repeat(17), 'a\0b', '\ud800', 7])
    await expectProblem(await online({ plate }), 'invalid_request');
  const positions = Array.from({ length: 90 }, () => ({ lat: 'x', lng: 'y', seq: -1 }));
  const said = await expectProblem(
    await call('driver', '/v1/driver/positions', { token: tokens.driver, body: { positions } }),
    'invalid_request',
  );
  expect(said.issues).toHaveLength(10);
  await expectStillWell();
});

test('idempotency keys and quotes', async () => {
  const rider = await city.rider();
  const { body: quote } = await rider.quote(ROSSIO, ESTRELA);
  const { body: stale } = await rider.quote(ROSSIO, ESTRELA);
  const request = (key: string | undefined, quoteId: string) =>
    rider.post<{ code: ErrorCode; trip_id: TripId }>(
      '/v1/trips',
      { quote_id: quoteId },
      key === undefined ? {} : { 'idempotency-key': key },
    );
  const refused = async (key: string | undefined, quoteId: string, code: ErrorCode): Promise<void> =>
    void checkProblem((await request(key, quoteId)).body, code);

  await refused(undefined, quote.quote_id, 'idempotency_key_required');
  for (const key of ['', 'x'.repeat(201), 'two words', 'one, two'])
    await refused(key, quote.quote_id, 'invalid_request');
  await refused('k0', UNKNOWN.quote, 'quote_not_found');
  await refused('k0', 'quote_1', 'invalid_request');
  await refused('k0', newId('trip'), 'invalid_request');
  await city.rows(`UPDATE quote SET expires_at = created_at + interval '1 ms'
    WHERE expires_at = (SELECT max(expires_at) FROM quote WHERE created_at = '${stale.created_at}')`);
  await refused('k0', stale.quote_id, 'quote_expired');
  const stranger = await city.rider();
  checkProblem((await stranger.requestTrip(quote.quote_id, 'k1')).body, 'quote_not_found');

  const first = await request('k1', quote.quote_id);
  expect(first.status).toBe(201);
  acknowledged += 1;
  expect((await request('k1', quote.quote_id)).body.trip_id).toBe(first.body.trip_id);
  await refused('k1', stale.quote_id, 'idempotency_key_reused');
  await refused('k2', quote.quote_id, 'quote_used');

  const path = `/v1/trips/${first.body.trip_id}`;
  checkProblem((await stranger.get(path)).body, 'trip_not_found');
  checkProblem((await stranger.post(`${path}/cancel`)).body, 'trip_not_found');
  checkProblem((await stranger.get(`/v1/trips/${UNKNOWN.trip}`)).body, 'trip_not_found');
  for (const reason of ['', ' ', '\0', '\udfff', 'x'.repeat(201), 5, null])
    checkProblem((await rider.post(`${path}/cancel`, { reason })).body, 'invalid_request');
  expect(await rider.trip(first.body.trip_id)).toMatchObject({ state: 'processing', seq: 1 });

  for (const query of [
    'cursor=x',
    'cursor=%00',
    'limit=0',
    'limit=1e9',
    'limit=x',
    'limit=1&limit=2',
    'page=2',
  ])
    checkProblem((await rider.get(`/v1/trips?${query}`)).body, 'invalid_request');
  const foreign = Buffer.from(newId('rider')).toString('base64url');
  checkProblem((await rider.get(`/v1/trips?cursor=${foreign}`)).body, 'invalid_request');
  expect((await stranger.get<{ data: [] }>('/v1/trips')).body.data).toEqual([]);

  expect(await rider.post(`${path}/cancel`, { reason: 'enough' })).toMatchObject({ status: 200 });
  await expectStillWell();
});

test('forged tokens, tokens of another role, expired tokens', async () => {
  const key = await importPKCS8(readFileSync(keyFile, 'utf8'), 'ES256', { extractable: true });
  const { kty, crv, x, y } = await exportJWK(key);
  const forged = await generateKeyPair('ES256');
  const base = {
    iss: 'hailgrid-dev',
    aud: 'hailgrid',
    sub: newId('rider'),
    role: 'rider',
    iat: Math.floor(Date.now() / 1000),
  };
  const soon = { exp: Math.floor(Date.now() / 1000) + 60 };
  const sign = (payload: JWTPayload, signingKey: Parameters<SignJWT['sign']>[0] = key, alg = 'ES256') =>
    new SignJWT(payload).setProtectedHeader({ alg }).sign(signingKey);

  const good = await sign({ ...base, ...soon });
  expect((await call('rider', '/v1/products', { method: 'GET', token: good })).status).toBe(200);
  const publicBytes = new TextEncoder().encode(JSON.stringify({ kty, crv, x, y }));
  const [head, payload] = good.split('.');
  const refused: [token: string | undefined, code: ErrorCode][] = [
    [undefined, 'unauthenticated'],
    ['', 'unauthenticated'],
    ['a.b.c', 'unauthenticated'],
    ['x'.repeat(8_000), 'unauthenticated'],
    [`${head}.${payload}.`, 'unauthenticated'],
    [`${head}.${payload}.${'A'.repeat(86)}`, 'unauthenticated'],
    [good.slice(0, -4), 'unauthenticated'],
    [new UnsecuredJWT({ ...base, ...soon }).encode(), 'unauthenticated'],
    [await sign({ ...base, ...soon }, publicBytes, 'HS256'), 'unauthenticated'],
    [await sign({ ...base, ...soon }, forged.privateKey), 'unauthenticated'],
    [await sign(base), 'unauthenticated'],
    [await sign({ ...base, exp: 'tomorrow' as never }), 'unauthenticated'],
    [await sign({ ...base, ...soon, aud: 'elsewhere' }), 'unauthenticated'],
    [await sign({ ...base, ...soon, iss: 'elsewhere' }), 'unauthenticated'],
    [await sign({ ...base, ...soon, nbf: soon.exp }), 'unauthenticated'],
    [await sign({ ...base, ...soon, role: 'operator' }), 'unauthenticated'],
    [await sign({ ...base, ...soon, role: 'king', sub: 'king_1' }), 'forbidden'],
    [await sign({ ...base, ...soon, iat: undefined as never }), 'unauthenticated'],
    [await sign({ ...base, ...soon, nonce: 'n' }), 'unauthenticated'],
    [await sign({ ...base, ...soon, cnf: { jkt: 'x' } }), 'unauthenticated'],
    [await sign({ ...base, ...soon, iat: base.iat - 90_000 }), 'token_expired'],
    [await sign({ ...base, ...soon, sub: 'rider_1' }), 'unauthenticated'],
    [await sign({ ...base, exp: soon.exp - 120 }), 'token_expired'],
    [tokens.driver, 'forbidden'],
    [tokens.operator, 'forbidden'],
  ];
  for (const [token, code] of refused)
    await expectProblem(await call('rider', '/v1/products', { method: 'GET', token }), code);
  await expectProblem(
    await call('driver', '/v1/driver', { method: 'GET', token: tokens.rider }),
    'forbidden',
  );
  await expectProblem(await call('trips', '/v1/shards', { method: 'GET', token: tokens.rider }), 'forbidden');
  const basic = { method: 'GET', headers: { authorization: 'Basic cmlkZXI6cmlkZXI=' } };
  await expectProblem(await call('rider', '/v1/products', basic), 'unauthenticated');
  await expectStillWell();
});

test('a request id is adopted only if it is fit for a log', async () => {
  const ask = (id: string) =>
    call('rider', '/v1/nothing', { method: 'GET', headers: { 'x-request-id': id } });
  expect((await expectProblem(await ask('phone-7:42'), 'not_found')).request_id).toBe('phone-7:42');
  for (const id of ['two words', '"},{"level":"fatal', 'x'.repeat(101), '\t', 'ä']) {
    expect((await expectProblem(await ask(id), 'not_found')).request_id).not.toBe(id);
  }
  const folded =
    'GET /v1/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Request-Id: a\r\n b: c\r\n\r\n';
  expect((await sendRaw('rider', folded)).headers.get('b')).toBeNull();
});

test('a route answers any input, and never with 500', { timeout: 120_000 }, async () => {
  const routes = HTTP_ROUTES.filter(({ api }) => api !== 'issuer');
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.double(),
    fc.constantFrom('__proto__', '\0', '\ud800', -0, 1e308, Number.MAX_SAFE_INTEGER, '9'.repeat(400)),
  );
  const bodies = [QUOTE, { quote_id: UNKNOWN.quote }, onlineBody, { reason: 'none' }, samplePositions()];
  const body = fc
    .tuple(fc.constantFrom(...bodies), fc.nat(), fc.option(odd, { nil: undefined }))
    .map(([sample, at, value]) => (value === undefined ? sample : replaceLeaf(sample, at, value)));
  const text = fc.string({ maxLength: 40 });
  const id = fc.oneof(text, fc.constantFrom<string>(...Object.values(UNKNOWN)));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), body, id, text, async (route, sent, named, query) => {
      const path = route.path.replaceAll(/\{\w+\}/g, encodeURIComponent(named));
      const response = await call(route.api, `${path}?${encodeURIComponent(query)}`, {
        method: route.method,
        token: tokens[route.role ?? 'rider'],
        headers: { 'idempotency-key': newId('event') },
        ...(route.method === 'POST' && { body: sent }),
      });
      const answer = (await response.json()) as { code?: ErrorCode };
      expect(response.status).toBeLessThan(500);
      if (response.status >= 400) checkProblem(answer, answer.code ?? 'internal');
    }),
    { numRuns: 300 },
  );
  await expectStillWell();
});

function samplePositions() {
  const position = { session: 1, seq: 1, ...ROSSIO, recorded_at: '2026-01-01T00:00:00.000Z' };
  return { positions: [position, { ...position, seq: 2 }] };
}

/** The sample with its nth leaf (or all of it) replaced. */
function replaceLeaf(sample: unknown, at: number, value: unknown): unknown {
  if (typeof sample !== 'object' || sample === null) return value;
  const names = Object.keys(sample);
  const name = names[at % (names.length + 1)];
  if (name === undefined)
    return Array.isArray(sample)
      ? [...sample, value]
      : { ...sample, [JSON.stringify(value) ?? 'nothing']: value };
  const changed = replaceLeaf((sample as Record<string, unknown>)[name], Math.floor(at / 7), value);
  if (Array.isArray(sample))
    return sample.map((member, index) => (String(index) === name ? changed : member));
  return { ...sample, [name]: changed };
}
