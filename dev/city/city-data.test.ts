import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { boxContains, parseBoundingBox } from '#libs/geo';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { BUILT_IN_AREA, cityData } from './city-data.ts';

const directory = temporaryDirectory('area-test');
afterAll(() => directory.remove());

const HEADER = 'trip_id,requested_at_s,pickup_lat,pickup_lon,dropoff_lat,dropoff_lon,trip_s\n';
const HOURS = Array.from({ length: 24 }, (_, hour) => `s${String(hour).padStart(2, '0')}`);
const trips = join(directory.path, 'trips.csv');
const streets = join(directory.path, 'streets');
mkdirSync(streets);

/** A street in both directions through these places. */
function writeStreet(places: readonly (readonly [lat: number, lng: number])[]): void {
  const nodes = places.map(([lat, lng], id) => `${id},${lat},${lng}`);
  const edges = places.slice(1).flatMap((_, id) => [
    [id, id + 1],
    [id + 1, id],
  ]);
  const seconds = HOURS.map(() => 900).join();
  writeFileSync(join(streets, 'nodes.csv'), ['node_id,lat,lon', ...nodes].join('\n'));
  const rows = edges.map((ends) => `${ends.join()},${seconds}`);
  writeFileSync(join(streets, 'edges.csv'), [`from,to,${HOURS.join()}`, ...rows].join('\n'));
}

test('is the built-in city without files', () =>
  expect(cityData({})).toEqual({ area: BUILT_IN_AREA, report: null, replay: undefined }));

test('the area encloses the streets with a margin of a kilometre, and no trip far from them', () => {
  writeStreet([
    [40.6, -74.1],
    [40.65, -74.1],
  ]);
  writeFileSync(trips, `${HEADER}1,0,40.6,-74.1,40.65,-74.1,900\n2,0,0,0,40.65,-74.1,86400\n`);
  const { area, report } = cityData({ trips, streets });
  const box = parseBoundingBox(area);
  expect(boxContains(box, { lat: 40.6, lng: -74.1 })).toBe(true);
  expect(box.north - 40.65).toBeCloseTo(0.009, 3);
  expect(box.south).toBeGreaterThan(40.58);
  expect(report?.unusable_rows).toEqual([
    expect.objectContaining({ file: trips, line: 3, column: expect.any(String) }),
  ]);
});

test('the snap limit decides which trips are used', () => {
  writeStreet([
    [40.6, -74.1],
    [40.65, -74.1],
  ]);
  writeFileSync(trips, `${HEADER}1,0,40.6,-74.1,40.65,-74.1,900\n2,0,40.593,-74.1,40.65,-74.1,900\n`);
  const usedWithin = (snapLimitM?: number) =>
    cityData({ trips, streets, ...(snapLimitM !== undefined && { snapLimitM }) }).report?.files.at(-1)
      ?.rows_used;
  expect([usedWithin(), usedWithin(770), usedWithin(800)]).toEqual([1, 1, 2]);
});

test('the trips of the window are told before anything starts, and a window without any is refused', () => {
  writeStreet([
    [40.6, -74.1],
    [40.65, -74.1],
  ]);
  const rows = [300, 84_700, 86_000].map((atS) => `${atS},${atS},40.6,-74.1,40.65,-74.1,900`);
  writeFileSync(trips, HEADER + rows.join('\n'));
  const from = (fromS: number, minutes: number) => cityData({ trips, streets, fromS, minutes }).replay;
  expect(from(84_600, 0)).toBe(`${trips}: 2 trips between 23:30 and 23:53`);
  expect(from(84_600, 60)).toBe(
    `${trips}: 3 trips between 23:30 and 24:30; 1 of them after midnight, from the start of the same day`,
  );
  expect(() => from(43_200, 5)).toThrow(
    `${trips} has no usable trip between 12:00 and 12:05: its requests are from 00:05 to 23:53`,
  );
});

test.each([
  [
    'the antimeridian',
    [
      [-17, 179.99],
      [-17, -179.99],
    ] as const,
    { lat: -17, lng: 180 },
  ],
  [
    'a pole',
    [
      [89.999, 0],
      [89.999, 180],
    ] as const,
    { lat: 90, lng: 50 },
  ],
])('streets across %s have a small area', (_, places, inside) => {
  writeStreet(places);
  const box = parseBoundingBox(cityData({ streets }).area);
  expect(boxContains(box, inside)).toBe(true);
  expect(box.north - box.south).toBeLessThan(0.1);
});

test('streets of two cities are refused before anything starts', () => {
  const island = (lat: number) => Array.from({ length: 40 }, (_, step) => [lat + step / 1000, 0] as const);
  const places = [...island(40), ...island(-40)];
  writeStreet(places);
  const edges = join(streets, 'edges.csv');
  const seconds = HOURS.map(() => 900).join();
  const rows = places.flatMap((_, id) =>
    id % 40 === 39 ? [] : [`${id},${id + 1},${seconds}`, `${id + 1},${id},${seconds}`],
  );
  writeFileSync(edges, [`from,to,${HOURS.join()}`, ...rows].join('\n'));
  const shift = places.map(([lat, lng], id) => `${id},${lat},${id < 40 ? lng : 170}`);
  writeFileSync(join(streets, 'nodes.csv'), ['node_id,lat,lon', ...shift].join('\n'));
  expect(() => cityData({ streets })).toThrow(/more than one city: 40 nodes at 40,0; 40 nodes at -40,170/);
});

test('an error in a file is reported with line and column, and an empty file is refused', () => {
  writeStreet([
    [40.6, -74.1],
    [40.65, -74.1],
  ]);
  writeFileSync(trips, `${HEADER}1,0,400,-74.0,40.8,-73.9,60\n`);
  expect(() => cityData({ trips, streets })).toThrow(/trips\.csv.*2.*pickup_lat/);
  writeFileSync(trips, HEADER);
  expect(() => cityData({ trips, streets })).toThrow(`${trips} has no rows`);
});
