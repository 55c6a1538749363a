import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { airRides } from '#libs/geo';
import { Metrics, systemClock } from '#libs/service';
import { EngineBreaker, FAILURES_BEFORE_OPEN } from './engine-breaker.ts';
import { osrmSource } from './osrm-source.ts';
import { decodePolyline } from './polyline.ts';
import { remoteRides } from './remote-rides.ts';
import { TravelTimeMetrics } from './travel-time-metrics.ts';
import { valhallaSource } from './valhalla-source.ts';

const FROM = { lat: 38.72, lng: -9.14 };
const TO = { lat: 38.73, lng: -9.15 };
const fallback = airRides({ speedMps: 7 });
const byAir = fallback.ride(FROM, TO, 0);

let server: Server;
let url: string;
let requests: { path: string; body: string }[];
let answer: { status: number; body: unknown };

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      requests.push({ path: request.url ?? '', body });
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function ridesOf(engine: 'osrm' | 'valhalla') {
  return remoteRides({
    source: engine === 'osrm' ? osrmSource(url, 'driving') : valhallaSource(url, 'auto'),
    breaker: new EngineBreaker(systemClock()),
    timeoutMs: 2_000,
    rideCutOffS: 7_200,
    fallback,
    metrics: new TravelTimeMetrics(new Metrics('test', 'test-1')),
  });
}

const osrmRoute = (duration: number) => ({
  code: 'Ok',
  routes: [
    {
      distance: 3_912.4,
      duration,
      geometry: {
        type: 'LineString',
        coordinates: [
          [-9.14, 38.72],
          [-9.15, 38.73],
        ],
      },
    },
  ],
});

test("OSRM's route gives distance, time and line", async () => {
  answer = { status: 200, body: osrmRoute(420.5) };
  expect(await ridesOf('osrm').ride(FROM, TO, 0)).toEqual({
    distanceM: 3_912.4,
    seconds: 420.5,
    line: [FROM, TO],
    source: 'road',
  });
  expect(requests.map(({ path }) => path)).toEqual([
    '/route/v1/driving/-9.140000,38.720000;-9.150000,38.730000?overview=simplified&geometries=geojson',
  ]);
});

test("Valhalla's route gives distance, time and line", async () => {
  // 38.5,-120.2 40.7,-120.95 43.252,-126.453, the example of the encoding, with six decimals.
  const shape = '_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI';
  answer = { status: 200, body: { trip: { summary: { length: 3.9124, time: 420.5 }, legs: [{ shape }] } } };
  expect(await ridesOf('valhalla').ride(FROM, TO, 0)).toEqual({
    distanceM: expect.closeTo(3_912.4),
    seconds: 420.5,
    line: [
      { lat: 38.5, lng: -120.2 },
      { lat: 40.7, lng: -120.95 },
      { lat: 43.252, lng: -126.453 },
    ],
    source: 'road',
  });
  const [{ path, body }] = requests as [{ path: string; body: string }];
  expect([path, JSON.parse(body)]).toEqual([
    '/route',
    {
      locations: [
        { lat: 38.72, lon: -9.14 },
        { lat: 38.73, lon: -9.15 },
      ],
      costing: 'auto',
      units: 'kilometers',
      directions_type: 'none',
    },
  ]);
  expect(() => decodePolyline(shape.slice(0, -1))).toThrow(RangeError);
});

const valhallaRoute = (status: number) => ({
  trip: { status, status_message: '', summary: { length: 5, time: 7 }, legs: [{ shape: '' }] },
});

describe('an engine that', () => {
  test.each([
    ['takes longer than a ride may', 'osrm', 200, osrmRoute(7_201), 'too_long'],
    ['knows no route', 'osrm', 400, { code: 'NoRoute' }, 'no_route'],
    ['knows no route, with a success', 'osrm', 200, { code: 'NoRoute', message: 'Impossible' }, 'no_route'],
    ['answers with an unknown code', 'osrm', 200, { code: 'InvalidQuery' }, byAir],
    ['cannot reach the place (441)', 'valhalla', 400, { error_code: 441, error: '' }, 'no_route'],
    ['knows no street there', 'osrm', 400, { code: 'NoSegment' }, byAir],
    ['fails', 'osrm', 500, {}, byAir],
    ['answers without a line', 'osrm', 200, { code: 'Ok', routes: [{ distance: 5, duration: 5 }] }, byAir],
    ['knows no path (442)', 'valhalla', 400, { error_code: 442, error: 'No path' }, 'no_route'],
    ['has unconnected regions (170)', 'valhalla', 400, { error_code: 170, error: '' }, 'no_route'],
    ['has no edges there (171)', 'valhalla', 400, { error_code: 171, error: 'No suitable edges' }, byAir],
    ['knows no path (442), with a success', 'valhalla', 200, { error_code: 442, error: '' }, 'no_route'],
    ['tells its error in the route', 'valhalla', 200, valhallaRoute(442), 'no_route'],
    ['tells an unknown status', 'valhalla', 200, valhallaRoute(1), byAir],
    [
      'tells the status of a route',
      'valhalla',
      200,
      valhallaRoute(0),
      expect.objectContaining({ seconds: 7 }),
    ],
    ['does not go so far (154)', 'valhalla', 400, { error_code: 154, error: '' }, 'too_long'],
  ] as const)('%s (%s, %d) decides so', async (_, engine, status, body, ride) => {
    answer = { status, body };
    expect(await ridesOf(engine).ride(FROM, TO, 0)).toEqual(ride);
  });

  test('refuses places is asked again and again, one that fails is not', async () => {
    const rides = ridesOf('osrm');
    answer = { status: 400, body: { code: 'NoSegment' } };
    for (let ride = 0; ride < 2 * FAILURES_BEFORE_OPEN; ride++) await rides.ride(FROM, TO, 0);
    expect(requests).toHaveLength(2 * FAILURES_BEFORE_OPEN);
    answer = { status: 503, body: {} };
    for (let ride = 0; ride < 2 * FAILURES_BEFORE_OPEN; ride++) await rides.ride(FROM, TO, 0);
    expect(requests).toHaveLength(3 * FAILURES_BEFORE_OPEN);
  });
});
