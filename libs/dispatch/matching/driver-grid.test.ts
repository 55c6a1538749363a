import * as fc from 'fast-check';
import { shortDistanceM, type Point } from '#libs/geo';
import { expect, test } from 'vitest';
import { DriverGrid, NearestDrivers } from './driver-grid.ts';

const near = (lat: number, lng: number): fc.Arbitrary<Point> =>
  fc.record({
    lat: fc.double({ min: lat - 0.05, max: lat + 0.05, noNaN: true }),
    lng: fc.double({ min: lng - 0.08, max: lng + 0.08, noNaN: true }),
  });
const driver = fc.record({
  point: fc.oneof({ weight: 6, arbitrary: near(40.7, -74) }, { weight: 1, arbitrary: near(41.2, -73.2) }),
  handicapM: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3_000, noNaN: true })),
  may: fc.boolean(),
});

test('finds the drivers with the least distance and head start, as a look at all of them would', () => {
  fc.assert(
    fc.property(
      fc.array(driver, { minLength: 1, maxLength: 120 }),
      near(40.7, -74),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 100, max: 9_000 }),
      (drivers, from, k, radiusM) => {
        const points = drivers.map(({ point }) => point);
        const grid = new DriverGrid(
          points,
          Float64Array.from(drivers, ({ handicapM }) => handicapM),
        );
        const found = new NearestDrivers(k);
        grid.nearest(from, radiusM, found, (number) => drivers[number]!.may);
        const keys = drivers.map(({ point, handicapM }) => shortDistanceM(from, point) + handicapM);
        const inReach = (slackM: number) =>
          drivers.flatMap(({ point, may }, number) =>
            may && shortDistanceM(from, point) <= radiusM + slackM ? [keys[number]!] : [],
          );
        const got = Array.from(found.drivers.subarray(0, found.size));
        expect(new Set(got).size).toBe(got.length);
        expect(got.every((number) => drivers[number]!.may)).toBe(true);
        // The grid is flat, so its metres are off by up to some per mille.
        const slackM = 60;
        expect(got.length).toBeGreaterThanOrEqual(Math.min(k, inReach(-slackM).length));
        expect(got.length).toBeLessThanOrEqual(Math.min(k, inReach(slackM).length));
        const best = inReach(slackM).sort((a, b) => a - b);
        got.forEach((number, rank) =>
          expect(keys[number]).toBeLessThanOrEqual((best[rank] ?? 0) + 2 * slackM + radiusM * 0.02),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('names drivers of one place in the order of their numbers', () => {
  const here = { lat: 40.7, lng: -74 };
  const found = new NearestDrivers(3);
  new DriverGrid([here, here, here, here], new Float64Array(4)).nearest(here, 1_000, found, () => true);
  expect([...found.drivers]).toEqual([0, 1, 2]);
});

test('finds nobody where there is nobody', () => {
  const found = new NearestDrivers(3);
  new DriverGrid([], new Float64Array(0)).nearest({ lat: 1, lng: 1 }, 1_000, found, () => true);
  expect(found.size).toBe(0);
});
