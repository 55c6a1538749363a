import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toTimestamp, type Problem, type Quote } from '#libs/contracts';
import { cellKeyToH3, pickupCellOf } from '#libs/geo';
import { temporaryDirectory, type TemporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { RiderWorld } from './world.ts';

/**
 * Two banks of a river, 334 m apart, and a bridge 1.7 km to the east. An island has streets and no bridge; a road
 * leads on from the banks, so that they are the larger part.
 */
const ISLAND_NODES = 31;
const ROAD_NODES = 40;
const ROAD_FROM = 100;
const NODES: [number, number, number][] = [
  [0, 38.72, -9.14],
  [1, 38.72, -9.12],
  [2, 38.723, -9.12],
  [3, 38.723, -9.14],
  ...Array.from({ length: ISLAND_NODES }, (_, n): [number, number, number] => [
    4 + n,
    38.73,
    -9.14 + n * 0.0005,
  ]),
  ...Array.from({ length: ROAD_NODES }, (_, n): [number, number, number] => [
    ROAD_FROM + n,
    38.719 - n * 0.0005,
    -9.12,
  ]),
];
const STREETS: [number, number, number][] = [
  [0, 1, 190],
  [1, 2, 40],
  [2, 3, 190],
  ...Array.from({ length: ISLAND_NODES - 1 }, (_, n): [number, number, number] => [4 + n, 5 + n, 10]),
  [1, ROAD_FROM, 10],
  ...Array.from({ length: ROAD_NODES - 1 }, (_, n): [number, number, number] => [
    ROAD_FROM + n,
    ROAD_FROM + n + 1,
    10,
  ]),
];
const EDGES = STREETS.flatMap(([from, to, seconds]) => [
  [from, to, seconds] as const,
  [to, from, seconds] as const,
]);
const [HERE, THERE, ISLAND] = [0, 3, 4].map((node) => ({ lat: NODES[node]![1], lng: NODES[node]![2] }));
const RIDE = { product: 'standard', pickup: HERE, dropoff: THERE };

let world: RiderWorld;
let directory: TemporaryDirectory;

beforeAll(async () => {
  directory = temporaryDirectory('quoted-rides');
  const hours = Array.from({ length: 24 }, (_, hour) => `s${String(hour).padStart(2, '0')}`);
  const csv = (header: string, rows: readonly (readonly number[])[]) =>
    [header, ...rows.map((row) => row.join(',')), ''].join('\n');
  writeFileSync(join(directory.path, 'nodes.csv'), csv('node_id,lat,lon', NODES));
  writeFileSync(
    join(directory.path, 'edges.csv'),
    csv(
      `from,to,${hours.join(',')}`,
      EDGES.map(([from, to, seconds]) => [from, to, ...hours.map(() => seconds)]),
    ),
  );
  world = await RiderWorld.start();
  await world.startTrips();
});
afterAll(async () => {
  await world?.stop();
  directory?.remove();
});

async function riderOn(environment: NodeJS.ProcessEnv) {
  const api = await world.startRiderApi(environment);
  const rider = await world.rider(api);
  await world.untilReady(api);
  return rider;
}

test('a quote over the bridge has distance, time, line and fare of that route', async () => {
  const rider = await riderOn({ HAILGRID_STREETS_DIR: directory.path });
  const { status, body } = await rider.post<Quote>('/v1/quotes', RIDE);
  expect([status, body.trip_s, body.distance_source]).toEqual([201, 420, 'road']);
  expect(body.distance_m).toBeGreaterThan(3_700);
  expect(body.line).toEqual([
    HERE,
    ...[0, 1, 2, 3].map((n) => ({ lat: NODES[n]![1], lng: NODES[n]![2] })),
    THERE,
  ]);
  // 250, and 110 per km, and 35 per minute.
  const fare = 250 + (110 * body.distance_m) / 1_000 + (35 * 420) / 60;
  expect(body.fare.amount_minor).toBe(Math.round(fare));
});

test('a quote without streets says that its distance is by air', async () => {
  const rider = await riderOn({});
  const { body } = await rider.post<Quote>('/v1/quotes', RIDE);
  expect(body).toMatchObject({ distance_source: 'air', distance_m: 434, line: [HERE, THERE] });
});

test('fares can be left out of learning; rides by road teach nothing about those by air', async () => {
  const [pickup_cell, dropoff_cell] = [HERE, THERE].map((place) => cellKeyToH3(pickupCellOf(place!)));
  for (let ride = 30; ride > 0; ride--)
    world.trips.rides.push({
      pickup_cell: pickup_cell!,
      dropoff_cell: dropoff_cell!,
      distance_m: 3_900,
      distance_source: 'road',
      started_at: toTimestamp(Date.now() - ride * 60_000),
      street_s: 420,
      told_s: 420,
      actual_s: 630,
      ended_by_operator: false,
      driver_was_silent: false,
    });
  const rider = await riderOn({ HAILGRID_STREETS_DIR: directory.path, HAILGRID_FARE_TIME: 'street' });
  const quote = async () => (await rider.post<Quote>('/v1/quotes', RIDE)).body;
  await expect.poll(async () => (await quote()).trip_s).toBeGreaterThan(525);
  const { street_s, distance_m, fare } = await quote();
  expect(street_s).toBe(420);
  expect(fare.amount_minor).toBe(Math.round(250 + (110 * distance_m) / 1_000 + (35 * 420) / 60));
  const byAir = (await (await riderOn({})).post<Quote>('/v1/quotes', RIDE)).body;
  expect([byAir.trip_s, byAir.street_s]).toEqual([62, 62]);
});

test('a ride beyond the longest one, and one without a route, are refused by name', async () => {
  const rider = await riderOn({ HAILGRID_STREETS_DIR: directory.path, HAILGRID_MAX_RIDE_S: '300' });
  const tooLong = await rider.post<Problem>('/v1/quotes', RIDE);
  expect([tooLong.status, tooLong.body.code]).toEqual([422, 'ride_too_long']);
  expect(tooLong.body.detail).toBe('A ride takes at most 5 minutes.');
  // Within the short bound the search cannot know that the island has no bridge.
  const patient = await riderOn({ HAILGRID_STREETS_DIR: directory.path });
  const noRoute = await patient.post<Problem>('/v1/quotes', { ...RIDE, dropoff: ISLAND });
  expect([noRoute.status, noRoute.body.code]).toEqual([422, 'no_route']);
});
