import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, type TemporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { buildCity, type CityPlan } from './city.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => `s${String(hour).padStart(2, '0')}`);
const DAY_S = 86_400;
let directory: TemporaryDirectory;
let plan: CityPlan;

beforeAll(() => {
  directory = temporaryDirectory('fleet-city');
  const file = (name: string, ...lines: string[]): string => {
    const path = join(directory.path, name);
    writeFileSync(path, lines.join('\n'));
    return path;
  };
  file('nodes.csv', 'node_id,lat,lon', '0,40.6,-74.1', '1,40.65,-74.1');
  const seconds = HOURS.map(() => 900).join();
  file('edges.csv', `from,to,${HOURS.join()}`, `0,1,${seconds}`, `1,0,${seconds}`);
  const tripsFile = file(
    'trips.csv',
    'trip_id,requested_at_s,pickup_lat,pickup_lon,dropoff_lat,dropoff_lon,trip_s',
    'early,300,40.6,-74.1,40.65,-74.1,900',
    'nowhere,600,0,0,40.65,-74.1,86400',
    'off,900,40.593,-74.1,40.65,-74.1,900',
    'late,86000,40.65,-74.1,40.6,-74.1,900',
  );
  plan = {
    tripsFile,
    streetsDir: directory.path,
    snapLimitM: 500,
    fromS: 84_600,
    minutes: 60,
    drivers: 3,
    seed: 1,
  };
});
afterAll(() => directory?.remove());

const requestedAt = (change: Partial<CityPlan>): number[] =>
  Array.from(buildCity({ ...plan, ...change }).demand, ({ atS }) => atS);

test('a recording of one day begins again at midnight', () => {
  expect(requestedAt({})).toEqual([86_000 - 84_600, DAY_S + 300 - 84_600]);
  expect(requestedAt({ minutes: 0 })).toEqual([86_000 - 84_600]);
});

test('recorded trips beyond the snap limit are left out and counted', () => {
  expect(requestedAt({ fromS: 0 })).toEqual([300]);
  expect(requestedAt({ fromS: 0, snapLimitM: 800 })).toEqual([300, 900]);
  expect([buildCity(plan).leftOut, buildCity({ ...plan, snapLimitM: 800 }).leftOut]).toEqual([2, 1]);
});

test('a window without trips is refused', () => {
  expect(() => requestedAt({ fromS: 43_200, minutes: 5 })).toThrow(
    'has no trips between 43200 s and 43500 s',
  );
});
