import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest';
import { greatCircleEta, greatCircleM, StreetGraph, streetEta, StreetRouter, type Point } from '#libs/geo';
import { createLogger, Metrics, systemClock } from '#libs/service';
import { openTravelTimes } from '#libs/travel-time';
import { osrmPrograms } from '../../dev/osrm/fetch-osrm.ts';
import { startOsrm, type Osrm } from '../../dev/osrm/start-osrm.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

const SIDE = 12;
const STEP_DEG = 0.0015;
const HOURS = 24;
const RADIUS_M = 500;

/** A city of alternating one-way streets like Manhattan's; segment times vary with place and hour. */
function oneWayCity(): StreetGraph {
  const nodes = Array.from({ length: SIDE * SIDE }, (_, id) => ({
    id,
    lat: 38.7 + Math.floor(id / SIDE) * STEP_DEG,
    lng: -9.2 + (id % SIDE) * STEP_DEG,
  }));
  const at = (row: number, column: number) => row * SIDE + column;
  const edge = (from: number, to: number) => ({
    from,
    to,
    secondsByHour: Array.from({ length: HOURS }, (_, hour) => 10 + ((from * 7 + to * 3 + hour) % 23)),
  });
  const edges = [];
  for (let line = 0; line < SIDE; line++)
    for (let step = 0; step + 1 < SIDE; step++) {
      // The streets at the rim form a ring, so that every corner can be reached from every other one.
      const east = line === 0 || (line !== SIDE - 1 && line % 2 === 1);
      const north = line === SIDE - 1 || (line !== 0 && line % 2 === 1);
      edges.push(east ? edge(at(line, step), at(line, step + 1)) : edge(at(line, step + 1), at(line, step)));
      edges.push(north ? edge(at(step, line), at(step + 1, line)) : edge(at(step + 1, line), at(step, line)));
    }
  return new StreetGraph(nodes, edges);
}

const graph = oneWayCity();
const settings = {
  osrmProfile: 'driving',
  valhallaCosting: 'auto',
  routerTimeoutMs: 2_000,
  maxRideS: 21_600,
  snapLimitM: 500,
  timeZone: 'UTC',
  detourFactor: 1.3,
  drivingSpeedMps: 7,
};
const EIGHT_MS = Date.parse('2026-03-01T08:00:00Z');
let directory: TemporaryDirectory;
let osrm: Osrm | undefined;
/** Why OSRM is unavailable on this machine. */
let missing: string | undefined;

beforeAll(async () => {
  directory = temporaryDirectory('osrm-test');
  const programs = await osrmPrograms().catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    missing = error.message;
  });
  if (programs !== undefined)
    osrm = await startOsrm({ programs, graph, hour: 8, directory: directory.path, radiusM: RADIUS_M });
}, 360_000);
afterAll(async () => {
  await osrm?.server.stop();
  directory?.remove();
});

function running({ skip }: TestContext): Osrm {
  return osrm ?? skip(missing);
}

const timesBy = async ({ url }: Osrm) => {
  const parts = {
    clock: systemClock(),
    metrics: new Metrics('test', 'test-1'),
    logger: createLogger('test', 'test-1', 'silent'),
  };
  const { provider, rides } = await openTravelTimes({ ...settings, osrmUrl: url }, parts);
  return { provider, rides, metrics: () => parts.metrics.registry.metrics() };
};

/** All corners as origins of some pickups: more than one table of OSRM holds. */
function everywhere() {
  const origins = Array.from({ length: graph.nodeCount }, (_, node): Point => graph.point(node));
  const pickups = [0, 17, 65, 143].map((node) => graph.point(node));
  return {
    pickups,
    origins,
    rowStarts: Uint32Array.from({ length: pickups.length + 1 }, (_, row) => row * origins.length),
    columns: Uint32Array.from(
      { length: pickups.length * origins.length },
      (_, pair) => pair % origins.length,
    ),
  };
}

test('a real OSRM returns the times that our own search finds on the same streets', async (context) => {
  const { provider, metrics } = await timesBy(running(context));
  const question = everywhere();
  const etas = await provider.etas(question, EIGHT_MS);
  const own = streetEta({
    router: new StreetRouter(graph),
    accessSpeedMps: 7,
    localHour: (atMs) => new Date(atMs).getUTCHours(),
  });
  const found = own.etas(question, EIGHT_MS);
  expect(etas).toHaveLength(4 * SIDE * SIDE);
  // OSRM rounds to tenths of a second.
  const differ = [...etas].filter((seconds, pair) => Math.abs(seconds - (found[pair] ?? NaN)) > 0.5);
  expect(differ).toEqual([]);
  expect(Math.max(...etas)).toBeGreaterThan(200);
  expect(await metrics()).not.toMatch(/outcome="(failed|late|open)"/);
});

test('a driver whom a real OSRM refuses costs no other driver its time, and does not open the breaker', async (context) => {
  const { provider, metrics } = await timesBy(running(context));
  const good = everywhere();
  const expected = await provider.etas(good, EIGHT_MS);
  const atSea = { lat: 38.6, lng: -9.5 };
  const origins = good.origins.with(70, atSea);
  const byAir = greatCircleEta({ detourFactor: 1.3, speedMps: 7 }).etas({ ...good, origins }, EIGHT_MS);
  for (let round = 0; round < 5; round++)
    expect(await provider.etas({ ...good, origins }, EIGHT_MS)).toEqual(
      expected.map((seconds, pair) => (good.columns[pair] === 70 ? (byAir[pair] ?? NaN) : seconds)),
    );
  expect(await metrics()).toMatch(/outcome="refused"/);
  expect(await metrics()).not.toMatch(/outcome="(failed|late|open)"/);
});

test('a ride has the distance, the time and the line of the route that a real OSRM takes', async (context) => {
  const { rides, metrics } = await timesBy(running(context));
  const [from, to] = [graph.point(3), graph.point(SIDE * SIDE - 7)];
  const ride = await rides.ride(from, to, EIGHT_MS);
  const own = new StreetRouter(graph).route(3, SIDE * SIDE - 7, 8)!;
  if (typeof ride === 'string') throw new Error(ride);
  expect(ride.source).toBe('road');
  expect(Math.abs(ride.seconds - own.totalS)).toBeLessThan(2);
  expect(Math.abs(ride.distanceM / own.lengthM - 1)).toBeLessThan(0.01);
  const along = ride.line.slice(1).map((point, place) => greatCircleM(ride.line[place]!, point));
  const lineM = along.reduce((sum, metres) => sum + metres, 0);
  expect(Math.abs(lineM / ride.distanceM - 1)).toBeLessThan(0.01);
  // No street is within the engine's radius of this place: the ride is an estimate, and says so.
  expect(await rides.ride(from, { lat: 38.6, lng: -9.5 }, EIGHT_MS)).toMatchObject({ source: 'air' });
  expect(await metrics()).not.toMatch(/outcome="(failed|late|open)"/);
});

test('without it, times are by straight line', async (context) => {
  const stopped = running(context);
  const { provider, rides } = await timesBy(stopped);
  await stopped.server.stop();
  const question = everywhere();
  const byAir = greatCircleEta({ detourFactor: 1.3, speedMps: 7 });
  expect(await provider.etas(question, EIGHT_MS)).toEqual(byAir.etas(question, EIGHT_MS));
  expect(await rides.ride(graph.point(0), graph.point(9), EIGHT_MS)).toMatchObject({ source: 'air' });
});
