import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { greatCircleEta, questionOfPickup } from '#libs/geo';
import { Metrics } from '#libs/service';
import { osrmSource } from './osrm-source.ts';
import { FAILURES_BEFORE_OPEN, remoteEtaProvider } from './remote-eta-provider.ts';
import { TravelTimeMetrics } from './travel-time-metrics.ts';
import { valhallaSource } from './valhalla-source.ts';

const PICKUP = { lat: 38.72, lng: -9.14 };
const ORIGINS = [
  { lat: 38.73, lng: -9.14 },
  { lat: 38.71, lng: -9.15 },
];
const QUESTION = questionOfPickup(PICKUP, ORIGINS);
const fallback = greatCircleEta({ speedMps: 7 });
const byAir = [...fallback.etas(QUESTION, 0)];

let server: Server;
let answer: RequestListener;
let requests: string[];
let url: string;

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  vi.useRealTimers();
  server.closeAllConnections();
  server.close();
});

const json =
  (body: unknown, status = 200): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const times = (...durations: unknown[]) => ({ code: 'Ok', durations });

function providerOf(source = osrmSource(url, 'driving'), timeoutMs = 2_000) {
  const metrics = new Metrics('test', 'test-1');
  const provider = remoteEtaProvider({
    source,
    timeoutMs,
    fallback,
    metrics: new TravelTimeMetrics(metrics),
  });
  const sample = async (name: string) =>
    (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(`hailgrid_${name}`));
  return { etas: async () => [...(await provider.etas(QUESTION, 0))], sample };
}

test('returns the times of the engine, and Infinity without a route', async () => {
  answer = json(times([120], [null]));
  expect(await providerOf().etas()).toEqual([120, Infinity]);
  expect(requests).toEqual([
    '/table/v1/driving/-9.140000,38.730000;-9.150000,38.710000;-9.140000,38.720000?sources=0%3B1&destinations=2&annotations=duration',
  ]);
});

test('Valhalla requests and replies follow its documentation (against a server with its format)', async () => {
  const bodies: unknown[] = [];
  answer = (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      bodies.push([request.method, request.url, JSON.parse(text)]);
      const cell = (from_index: number, time: number | null) => ({
        from_index,
        to_index: 0,
        time,
        distance: 1.2,
      });
      json({
        algorithm: 'costmatrix',
        units: 'kilometers',
        sources_to_targets: [[cell(0, 95)], [cell(1, null)]],
      })(request, response);
    });
  };
  expect(await providerOf(valhallaSource(`${url}/`, 'auto')).etas()).toEqual([95, Infinity]);
  const at = ({ lat, lng }: { lat: number; lng: number }) => ({ lat, lon: lng });
  expect(bodies).toEqual([
    ['POST', '/sources_to_targets', { sources: ORIGINS.map(at), targets: [at(PICKUP)], costing: 'auto' }],
  ]);
});

describe('falls back to straight-line estimates', () => {
  test.each<[string, RequestListener]>([
    ['if the engine fails', json({ code: 'InternalError' }, 500)],
    ['if it refuses the request', json({ code: 'NoTable' }, 400)],
    ['if its reply is not JSON', (_, response) => void response.end('<html>')],
    ['if a time is negative', json(times([-5], [3]))],
    ['if a row is missing', json(times([120]))],
    ['if there is an extra column', json(times([120, 5], [130, 5]))],
    ['if it closes the connection', (request) => void request.socket.destroy()],
  ])('%s', async (_, how) => {
    answer = how;
    const { etas, sample } = providerOf();
    expect(await etas()).toEqual(byAir);
    expect(await sample('travel_time_matrices_total')).toEqual([
      expect.stringMatching(/outcome="failed".* 1$/),
    ]);
  });

  test('if no server listens', async () => {
    server.close();
    server.closeAllConnections();
    expect(await providerOf().etas()).toEqual(byAir);
  });

  test('if the reply is late', async () => {
    answer = () => undefined;
    const { etas, sample } = providerOf(undefined, 50);
    expect(await etas()).toEqual(byAir);
    expect(await sample('travel_time_matrices_total')).toEqual([
      expect.stringMatching(/outcome="late".* 1$/),
    ]);
  });
});

test('an engine that keeps failing is not asked, then tried once, and used again once it answers', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  answer = json({}, 503);
  const { etas, sample } = providerOf();
  const isOpen = async () => (await sample('travel_time_circuit_open'))[0]?.endsWith(' 1');
  for (let failure = 0; failure < FAILURES_BEFORE_OPEN; failure++) expect(await etas()).toEqual(byAir);
  expect(await isOpen()).toBe(true);
  expect(await etas()).toEqual(byAir);
  expect(requests).toHaveLength(FAILURES_BEFORE_OPEN);

  vi.setSystemTime(Date.now() + 6_000);
  expect(await etas()).toEqual(byAir);
  expect(requests).toHaveLength(FAILURES_BEFORE_OPEN + 1);
  answer = json(times([120], [130]));
  expect(await etas()).toEqual(byAir);
  expect(requests).toHaveLength(FAILURES_BEFORE_OPEN + 1);

  vi.setSystemTime(Date.now() + 12_000);
  expect(await etas()).toEqual([120, 130]);
  expect(await isOpen()).toBe(false);
});
