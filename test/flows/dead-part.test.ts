import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Point } from '#libs/geo';
import { temporaryDirectory, type TemporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { Operator } from '../city/operator.ts';
import { TestCity } from '../city/test-city.ts';

const SIDE = 12;
const BLOCK_DEG = 0.001;
const CORNER: Point = { lat: 38.708, lng: -9.15 };
/** A one-way lane leads from the last node of the first row into a yard of three nodes, 90 m apart. */
const YARD_FROM = 1_000;
const YARD: Point = { lat: CORNER.lat, lng: CORNER.lng + (SIDE + 1) * BLOCK_DEG };
const POLL = { timeout: 20_000, interval: 200 };

let directory: TemporaryDirectory;
let city: TestCity;

function writeStreets(path: string): void {
  const nodes = Array.from({ length: SIDE * SIDE }, (_, id) => [
    id,
    CORNER.lat + Math.floor(id / SIDE) * BLOCK_DEG,
    CORNER.lng + (id % SIDE) * BLOCK_DEG,
  ]);
  const twoWay = nodes.flatMap(([id = 0]) => [
    ...(id % SIDE > 0 ? [[id, id - 1]] : []),
    ...(id >= SIDE ? [[id, id - SIDE]] : []),
  ]);
  const yard = [0, 1, 2].map((step) => [YARD_FROM + step, YARD.lat, YARD.lng + step * BLOCK_DEG]);
  twoWay.push([YARD_FROM, YARD_FROM + 1], [YARD_FROM + 1, YARD_FROM + 2]);
  const segments = [...twoWay, ...twoWay.map(([from = 0, to = 0]) => [to, from]), [SIDE - 1, YARD_FROM]];
  const hours = Array.from({ length: 24 }, (_, hour) => `s${String(hour).padStart(2, '0')}`);
  const csv = (header: string, rows: readonly (readonly number[])[]): string =>
    [header, ...rows.map((row) => row.join())].join('\n');
  writeFileSync(join(path, 'nodes.csv'), csv('node_id,lat,lon', [...nodes, ...yard]));
  writeFileSync(
    join(path, 'edges.csv'),
    csv(
      `from,to,${hours.join()}`,
      segments.map((ends) => [...ends, ...hours.map(() => 20)]),
    ),
  );
}

beforeAll(async () => {
  directory = temporaryDirectory('dead-part');
  writeStreets(directory.path);
  city = await TestCity.start(undefined, { env: { HAILGRID_STREETS_DIR: directory.path } });
});
afterAll(async () => {
  await city?.stop();
  directory?.remove();
});

test('a driver in a yard without a way out is found by air, and operators see where it stands', async () => {
  const inYard = await city.driverAt({ lat: YARD.lat, lng: YARD.lng + BLOCK_DEG });
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(
    { lat: CORNER.lat, lng: YARD.lng - BLOCK_DEG },
    { lat: CORNER.lat + 0.008, lng: CORNER.lng },
  );
  await inYard.accept(await inYard.offer());
  const onStreet = await city.driverAt({ lat: CORNER.lat, lng: CORNER.lng });
  const stillInYard = await city.driverAt({ lat: YARD.lat, lng: YARD.lng + 2 * BLOCK_DEG });
  const operator = await Operator.of(city);
  const { rounds } = await operator.explain(tripId);
  const candidates = rounds.flatMap((round) => round.candidates);
  expect(candidates.find(({ driver_id: id }) => id === inYard.driverId)).toMatchObject({
    in_dead_part: true,
    reason: 'offered',
    pickup_eta_s: expect.any(Number) as number,
  });

  await expect
    .poll(async () => {
      const { matchers } = await operator.shards();
      return Math.max(...matchers.map(({ drivers_in_dead_part: drivers }) => drivers ?? 0));
    }, POLL)
    .toBe(1);
  const metrics = await Promise.all(
    ['matcher-1', 'matcher-2'].map(async (name) => (await fetch(`${city.url(name)}/metrics`)).text()),
  );
  expect(metrics.join('')).toMatch(/^hailgrid_drivers_in_dead_part\{.*\} 1$/m);

  const next = await (
    await city.rider()
  ).ride({ lat: CORNER.lat, lng: CORNER.lng + 0.001 }, { lat: CORNER.lat + 0.008, lng: CORNER.lng });
  await onStreet.accept(await onStreet.offer());
  const weighed = (await operator.explain(next.trip_id)).rounds.flatMap((round) => round.candidates);
  expect(weighed.find(({ driver_id: id }) => id === onStreet.driverId)?.in_dead_part).toBe(false);
  expect(weighed.find(({ driver_id: id }) => id === stillInYard.driverId)?.in_dead_part).toBe(true);
});

test('services log the parts of their streets, and the rows that are not served, when they load them', () => {
  for (const service of ['matcher-1', 'rider-api-1']) {
    const lines = readFileSync(city.world.service(service).logFile, 'utf8').split('\n');
    const loaded = lines.find((line) => line.includes('"streets_loaded"')) ?? '{}';
    expect(JSON.parse(loaded)).toMatchObject({
      level: 'warn',
      street_parts: { count: 2, served: 1, largest: [{ nodes: 144 }, { nodes: 3, is_served: false }] },
      files: [
        { file: join(directory.path, 'nodes.csv'), rows_read: 147, rows_unusable: 3 },
        { file: join(directory.path, 'edges.csv'), rows_unusable: 5 },
      ],
    });
  }
});
