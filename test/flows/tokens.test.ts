import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  HTTP_ROUTES,
  JSON_SUBPROTOCOL,
  scope,
  tokenResponse,
  uuidOf,
  type DriverId,
  type Role,
  type Scope,
} from '#libs/contracts';
import { TestCity } from '../city/test-city.ts';

const OPERATOR_ROUTES = HTTP_ROUTES.filter(({ role }) => role === 'operator');
const IDS: Readonly<Record<string, string>> = {
  trip_id: 'trip_01k3q8v5mce9ts9wz2hbhvdz1q',
  driver_id: 'driver_01k3q8v5mce9ts9wz2hbhvdz1q',
  webhook_id: 'webhook_01k3q8v5mce9ts9wz2hbhvdz1q',
  matcher: 'matcher-9',
};

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start(['dev-issuer', 'trips', 'rider-api', 'driver-api']);
});
afterAll(() => city?.stop());

async function token(role: Role, more: { subject?: string; scopes?: Scope[] } = {}): Promise<string> {
  const answer = await fetch(`${city.url('dev-issuer-1')}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ role, ...more }),
  });
  return tokenResponse.parse(await answer.json()).token;
}

function call(instance: string, method: string, path: string, bearer: string): Promise<Response> {
  const headers = { authorization: `Bearer ${bearer}` };
  return fetch(city.url(instance) + path, { method, headers });
}

test('a person as a provider names it gets one identity of first calls at once, for all its roles', async () => {
  const subject = 'auth0|64b7f0c2a1d3e4f5';
  const [rider, driver] = [await token('rider', { subject }), await token('driver', { subject })];
  const ids = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const [view, ticket] = await Promise.all([
        call('driver-api-1', 'GET', '/v1/driver', driver),
        call('rider-api-1', 'POST', '/v1/stream/tickets', rider),
      ]);
      expect([view.status, ticket.status]).toEqual([200, 201]);
      return ((await view.json()) as { driver_id: DriverId }).driver_id;
    }),
  );
  const rows = await city.rows<{ identity_id: string }>(
    `SELECT identity_id FROM identity WHERE subject = '${subject}'`,
  );
  expect(rows).toEqual([{ identity_id: uuidOf('driver', ids[0]!) }]);
  expect(new Set(ids).size).toBe(1);
});

test('a subject that is an id of its role needs no identity in development', async () => {
  const subject = 'rider_01k3q8v5mce9ts9wz2hbhvdz1q';
  const ticket = await call('rider-api-1', 'POST', '/v1/stream/tickets', await token('rider', { subject }));
  expect(ticket.status).toBe(201);
  expect(await city.rows(`SELECT FROM identity WHERE subject = '${subject}'`)).toEqual([]);
});

test('a socket takes a newer token of its person, and of nobody else', async () => {
  const subject = 'auth0|renews';
  const opened = await call('rider-api-1', 'POST', '/v1/stream/tickets', await token('rider', { subject }));
  const { ticket } = (await opened.json()) as { ticket: string };
  const url = city.url('rider-api-1').replace('http', 'ws');
  const socket = new WebSocket(`${url}/v1/stream?ticket=${ticket}`, JSON_SUBPROTOCOL);
  const next = async () => {
    const [data] = (await once(socket, 'message')) as [Buffer];
    return JSON.parse(data.toString()) as { type: string; id?: string; data: { code?: string } };
  };
  expect((await next()).type).toBe('welcome');
  const tokens = {
    forged: 'a.b.c',
    other: await token('rider', { subject: 'auth0|other' }),
    driver: await token('driver', { subject }),
    own: await token('rider', { subject }),
  };
  const answers: string[] = [];
  for (const [id, text] of Object.entries(tokens)) {
    socket.send(JSON.stringify({ type: 'token', id, data: { token: text } }));
    const answer = await next();
    answers.push(`${answer.id} ${answer.data.code ?? answer.type}`);
  }
  socket.terminate();
  expect(answers).toEqual(['forged unauthenticated', 'other forbidden', 'driver forbidden', 'own ack']);
});

test('each operators’ route needs its scope, and a token of an operator', async () => {
  expect(OPERATOR_ROUTES.length).toBeGreaterThan(10);
  const scopes: [Scope | undefined, string][] = [[undefined, await token('operator', { scopes: [] })]];
  for (const one of scope.options) scopes.push([one, await token('operator', { scopes: [one] })]);
  const rider = await token('rider');
  for (const route of OPERATOR_ROUTES) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => IDS[name] ?? '');
    for (const [given, bearer] of scopes) {
      const answer = await call('trips-1', route.method, path, bearer);
      const { code } = (await answer.json()) as { code?: string };
      const missing = answer.status === 403 && code === 'insufficient_scope';
      expect([path, given, missing]).toEqual([path, given, given !== route.scope]);
    }
    const foreign = await call('trips-1', route.method, path, rider);
    expect([path, ((await foreign.json()) as { code?: string }).code]).toEqual([path, 'forbidden']);
  }
});
