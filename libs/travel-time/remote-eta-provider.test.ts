import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { greatCircleEta, questionOfPickup, type Point, type SparseEtaQuestion } from '#libs/geo';
import { Metrics, systemClock } from '#libs/service';
import { EngineBreaker, FAILURES_BEFORE_OPEN, HALF_OPEN_AFTER_MS } from './engine-breaker.ts';
import { osrmSource } from './osrm-source.ts';
import { MAX_REFUSALS_PER_QUESTION, remoteEtaProvider } from './remote-eta-provider.ts';
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
let nowMs: number;

beforeEach(async () => {
  requests = [];
  nowMs = 0;
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
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
    breaker: new EngineBreaker({ ...systemClock(), now: () => nowMs }),
    timeoutMs,
    fallback,
    metrics: new TravelTimeMetrics(metrics),
  });
  const sample = async (name: string) =>
    (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(`hailgrid_${name}`));
  const ask = async (question: SparseEtaQuestion) => [...(await provider.etas(question, 0))];
  return { ask, etas: () => ask(QUESTION), sample };
}

test('returns the times of the engine, and Infinity without a route', async () => {
  answer = json(times([120], [null]));
  expect(await providerOf().etas()).toEqual([120, Infinity]);
  expect(requests).toEqual([
    '/table/v1/driving/-9.140000,38.730000;-9.150000,38.710000;-9.140000,38.720000?sources=0%3B1&destinations=2&annotations=duration',
  ]);
});

test('reads a reply in gzip', async () => {
  answer = (_, response) => {
    const body = gzipSync(JSON.stringify(times([120], [130])));
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
  };
  expect(await providerOf().etas()).toEqual([120, 130]);
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
    ['if it refuses the request', json({ code: 'InvalidUrl' }, 400)],
    ['if it does not know the address', json({ code: 'NoSegment' }, 404)],
    ['if it wants fewer requests', json({}, 429)],
    ['if its reply is not JSON', (_, response) => void response.end('<html>')],
    ['if its reply is empty', (_, response) => void response.end()],
    ['if its error is HTML', (_, response) => void response.writeHead(502).end('<html>')],
    ['if its reply is cut', (_, response) => void response.end('{"code":"Ok","durations":[[12')],
    ['if its reply has no times', json({ code: 'Ok', durations: null })],
    [
      'if its reply is not of the coding that it names',
      (_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('{"code":"Ok"}');
      },
    ],
    [
      'if the connection is reset within the reply',
      (_, response) => {
        response.writeHead(200, { 'content-length': '500' }).write('{"code":"Ok",');
        response.socket?.resetAndDestroy();
      },
    ],
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
  answer = json({}, 503);
  const { etas, sample } = providerOf();
  const isOpen = async () => (await sample('travel_time_circuit_open'))[0]?.endsWith(' 1');
  for (let failure = 0; failure < FAILURES_BEFORE_OPEN; failure++) expect(await etas()).toEqual(byAir);
  expect(await isOpen()).toBe(true);
  expect(await etas()).toEqual(byAir);
  expect(requests).toHaveLength(FAILURES_BEFORE_OPEN);

  nowMs += HALF_OPEN_AFTER_MS;
  expect(await etas()).toEqual(byAir);
  expect(requests).toHaveLength(FAILURES_BEFORE_OPEN + 1);
  answer = json(times([120], [130]));
  expect(await etas()).toEqual(byAir);
  expect(requests).toHaveLength(FAILURES_BEFORE_OPEN + 1);

  nowMs += HALF_OPEN_AFTER_MS;
  expect(await etas()).toEqual([120, 130]);
  expect(await isOpen()).toBe(false);
});

test('an open circuit closes when the one question that tries it is about a bad place only', async () => {
  answer = json({}, 503);
  const { etas, sample } = providerOf();
  for (let failure = 0; failure < FAILURES_BEFORE_OPEN; failure++) await etas();
  nowMs += HALF_OPEN_AFTER_MS;
  answer = json({ code: 'NoSegment', message: 'Could not find a matching segment for coordinate 2' }, 400);
  expect(await etas()).toEqual(byAir);
  expect(await sample('travel_time_circuit_open')).toEqual([expect.stringMatching(/ 0$/)]);
  answer = json(times([120], [130]));
  expect(await etas()).toEqual([120, 130]);
});

test('one failed question of many matrices counts once, and one answered matrix counts as an answer', async () => {
  const origins = Array.from({ length: 1_000 }, (_, n) => ({ lat: 38.73 + n / 1e5, lng: -9.14 }));
  const many = questionOfPickup(PICKUP, origins);
  answer = json({}, 500);
  const { ask, etas, sample } = providerOf();
  await ask(many);
  expect(requests.length).toBeGreaterThan(FAILURES_BEFORE_OPEN);
  expect(await sample('travel_time_circuit_open')).toEqual([expect.stringMatching(/ 0$/)]);

  const isFirst = (path: string) => path.includes('38.730000');
  for (let failure = 0; failure < 2 * FAILURES_BEFORE_OPEN; failure++) {
    answer = (request, response) =>
      isFirst(request.url ?? '')
        ? json(times(...Array.from({ length: 99 }, () => [60])))(request, response)
        : json({}, 500)(request, response);
    expect((await ask(many))[0]).toBe(60);
  }
  answer = json(times([120], [130]));
  expect(await etas()).toEqual([120, 130]);
});

test('the bodies of errors are read, so that their connections are used again', async () => {
  const connections = new Set<unknown>();
  server.on('connection', (socket) => connections.add(socket));
  answer = json({ code: 'NoSegment', message: 'x'.repeat(500_000) }, 400);
  const { etas } = providerOf();
  for (let round = 0; round < 5; round++) await etas();
  expect(requests).toHaveLength(15);
  expect(connections.size).toBeLessThan(5);
});

describe('a refused place', () => {
  const drivers = Array.from({ length: 21 }, (_, n) => ({ lat: 38.73 + n / 1_000, lng: -9.14 }));
  const question = questionOfPickup(PICKUP, drivers);
  const airOf = [...fallback.etas(question, 0)];
  const isBad = (bad: readonly Point[], { lat, lng }: Point) =>
    bad.some((other) => Math.abs(other.lat - lat) < 1e-6 && Math.abs(other.lng - lng) < 1e-6);

  /** An OSRM that has no street near the bad places, and a drive of 100 s between any others. */
  const osrm =
    (bad: readonly Point[], isNamed = true): RequestListener =>
    (request, response) => {
      const [, path = ''] = /driving\/([^?]*)/.exec(request.url ?? '') ?? [];
      const places = path.split(';').map((place) => place.split(',').map(Number));
      const refused = places.findIndex(([lng = 0, lat = 0]) => isBad(bad, { lat, lng }));
      const message = `Could not find a matching segment for ${isNamed ? `coordinate ${refused}` : 'a place'}`;
      const rows = Array.from({ length: places.length - 1 }, () => [100]);
      (refused < 0 ? json(times(...rows)) : json({ code: 'NoSegment', message }, 400))(request, response);
    };

  /** A Valhalla of the same kind, which does not say which place it means. */
  const valhalla =
    (bad: readonly Point[], code: number): RequestListener =>
    (request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const { sources, targets } = JSON.parse(text) as Record<
          'sources' | 'targets',
          { lat: number; lon: number }[]
        >;
        const isRefused = [...sources, ...targets].some(({ lat, lon }) => isBad(bad, { lat, lng: lon }));
        const refusal = { error_code: code, error: 'refused', status_code: 400, status: 'Bad Request' };
        const times = sources.map(() => targets.map(() => ({ time: 100 })));
        (isRefused ? json(refusal, 400) : json({ sources_to_targets: times }))(request, response);
      });
    };

  test.each([
    ['OSRM names it', () => osrmSource(url, 'driving'), osrm([drivers[7]!]), 3],
    ['OSRM does not name it', () => osrmSource(url, 'driving'), osrm([drivers[7]!], false), 11],
    [
      'Valhalla has no edge near it (171)',
      () => valhallaSource(url, 'auto'),
      valhalla([drivers[7]!], 171),
      11,
    ],
  ] as const)('is estimated by air alone if %s, however often', async (_, source, engine, maxRequests) => {
    answer = engine;
    const { ask, sample } = providerOf(source());
    for (let round = 0; round < 2 * FAILURES_BEFORE_OPEN; round++) {
      requests = [];
      expect(await ask(question)).toEqual(airOf.map((air, n) => (n === 7 ? air : 100)));
      expect(requests.length).toBeLessThanOrEqual(maxRequests);
    }
    expect(await sample('travel_time_circuit_open')).toEqual([expect.stringMatching(/ 0$/)]);
  });

  test.each([
    ['OSRM calls too big', 'osrm', { code: 'TooBig', message: 'Too many table coordinates' }],
    ['Valhalla calls too large (150)', 'valhalla', { error_code: 150, error: 'Exceeded max locations' }],
    ['Valhalla gives up on (430)', 'valhalla', { error_code: 430, error: 'Exceeded max iterations' }],
  ] as const)('is asked by halves if it is one that %s', async (_, engine, refusal) => {
    const free = engine === 'osrm' ? osrm([]) : valhalla([], 0);
    const placesOf = (path: string) => path.split('?')[0]?.split(';').length ?? 0;
    answer = (request, response) => {
      const isLarge = engine === 'osrm' ? placesOf(request.url ?? '') > 8 : requests.length < 4;
      (isLarge ? json(refusal, 400) : free)(request, response);
    };
    const source = engine === 'osrm' ? osrmSource(url, 'driving') : valhallaSource(url, 'auto');
    const { ask, sample } = providerOf(source);
    expect(await ask(question)).toEqual(airOf.map(() => 100));
    expect(await sample('travel_time_circuit_open')).toEqual([expect.stringMatching(/ 0$/)]);
  });

  test('is read from the code, also of an answer that is no error: OSRM behind a proxy', async () => {
    answer = json({ code: 'NoTable', message: '' });
    const { etas, sample } = providerOf();
    for (let round = 0; round < 2 * FAILURES_BEFORE_OPEN; round++)
      expect(await etas()).toEqual([Infinity, Infinity]);
    expect(await sample('travel_time_circuit_open')).toEqual([expect.stringMatching(/ 0$/)]);
  });

  test('with no way to it has none; beyond the engine it is estimated by air', async () => {
    answer = valhalla([drivers[7]!], 442);
    expect(await providerOf(valhallaSource(url, 'auto')).ask(question)).toEqual(
      airOf.map((_, n) => (n === 7 ? Infinity : 100)),
    );
    answer = valhalla([drivers[7]!], 154);
    expect(await providerOf(valhallaSource(url, 'auto')).ask(question)).toEqual(
      airOf.map((air, n) => (n === 7 ? air : 100)),
    );
  });

  test('leaves the times of all others, though it is a pickup beside bad drivers', async () => {
    const bad = [drivers[0]!, drivers[7]!, drivers[20]!, PICKUP];
    answer = valhalla(bad, 171);
    const two = {
      pickups: [PICKUP, { lat: 38.8, lng: -9.1 }],
      origins: drivers,
      rowStarts: Uint32Array.of(0, 21, 42),
      columns: Uint32Array.from([...drivers.keys(), ...drivers.keys()]),
    };
    const air = [...fallback.etas(two, 0)];
    const isRefused = (pair: number) => pair < 21 || isBad(bad, drivers[pair - 21]!);
    expect(await providerOf(valhallaSource(url, 'auto')).ask(two)).toEqual(
      air.map((seconds, pair) => (isRefused(pair) ? seconds : 100)),
    );
  });

  test('stays with its requests within a bound when all places are refused', async () => {
    const many = questionOfPickup(
      PICKUP,
      Array.from({ length: 500 }, (_, n) => ({ lat: 38.73 + n / 1e4, lng: -9.14 })),
    );
    answer = osrm([PICKUP], false);
    expect(await providerOf().ask(many)).toEqual([...fallback.etas(many, 0)]);
    expect(requests.length).toBeLessThan(3 * MAX_REFUSALS_PER_QUESTION);
  });
});
