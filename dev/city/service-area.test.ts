import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { boxContains, parseBoundingBox } from '#libs/geo';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { BUILT_IN_AREA, serviceArea } from './service-area.ts';

const directory = temporaryDirectory('area-test');
afterAll(() => directory.remove());

const HEADER = 'trip_id,requested_at_s,pickup_lat,pickup_lon,dropoff_lat,dropoff_lon,trip_s\n';
const trips = join(directory.path, 'trips.csv');

test('is the built-in city without files', () => expect(serviceArea({})).toBe(BUILT_IN_AREA));

test('encloses all trips and streets, with a margin of a kilometre', () => {
  writeFileSync(trips, `${HEADER}1,0,40.7,-74.0,40.8,-73.9,900\n`);
  const streets = join(directory.path, 'streets');
  mkdirSync(streets);
  writeFileSync(join(streets, 'nodes.csv'), 'node_id,lat,lon\n0,40.6,-74.1\n1,40.65,-74.1\n');
  const hours = Array.from({ length: 24 }, (_, hour) => `s${String(hour).padStart(2, '0')}`);
  writeFileSync(join(streets, 'edges.csv'), `from,to,${hours.join()}\n0,1,${hours.map(() => 900).join()}\n`);
  const box = parseBoundingBox(serviceArea({ trips, streets }));
  expect(boxContains(box, { lat: 40.8, lng: -73.9 })).toBe(true);
  expect(boxContains(box, { lat: 40.6, lng: -74.1 })).toBe(true);
  expect(box.north - 40.8).toBeCloseTo(0.009, 3);
});

test('an error in a file is reported with line and column, and an empty file is refused', () => {
  writeFileSync(trips, `${HEADER}1,0,400,-74.0,40.8,-73.9,60\n`);
  expect(() => serviceArea({ trips })).toThrow(/trips\.csv.*2.*pickup_lat/);
  writeFileSync(trips, HEADER);
  expect(() => serviceArea({ trips })).toThrow(`${trips} has no rows`);
});
