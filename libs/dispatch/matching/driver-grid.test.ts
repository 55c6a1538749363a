import * as fc from 'fast-check';
import { EARTH_RADIUS_M, greatCircleM, type Point } from '#libs/geo';
import { describe, expect, test } from 'vitest';
import { hardPlace, randomUnit, scatter, searchPlace, seed } from '../../../dev/test-world/hard-places.ts';
import { DriverGrid, NearestDrivers } from './driver-grid.ts';

const SEARCHES_PER_CASE = 500;
/** Maximum difference between chord and haversine distances. */
const ROUNDING_M = 1e-4;
const MAX_K = 12;

/** By the haversine itself: its arc, and the chord of that, are decimetres off on the other side of the earth. */
function chordM(a: Point, b: Point): number {
  const radians = Math.PI / 180;
  const [dLat, dLng] = [(b.lat - a.lat) * radians, (b.lng - a.lng) * radians];
  const haversine =
    Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * radians) * Math.cos(b.lat * radians) * Math.sin(dLng / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.sqrt(haversine);
}

interface Drivers {
  readonly points: readonly Point[];
  readonly handicapsM: Float64Array;
  readonly may: (driver: number) => boolean;
}

/** Sorted distances plus handicaps of all permitted drivers within the radius. */
function keysWithin({ points, handicapsM, may }: Drivers, from: Point, radiusM: number): number[] {
  const keys: number[] = [];
  for (const [driver, point] of points.entries()) {
    if (!may(driver)) continue;
    const distanceM = greatCircleM(from, point);
    if (distanceM <= radiusM) keys.push(chordM(from, point) + handicapsM[driver]!);
  }
  return keys.sort((a, b) => a - b);
}

/** Describes how a search differs from brute force; undefined if it does not. */
function mistake(
  grid: DriverGrid,
  drivers: Drivers,
  from: Point,
  k: number,
  radiusM: number,
): string | undefined {
  const found = new NearestDrivers(k);
  grid.nearest(from, radiusM, found, drivers.may);
  const got = [...found.drivers.subarray(0, found.size)];
  const sure = keysWithin(drivers, from, radiusM - ROUNDING_M);
  const most = Math.min(k, keysWithin(drivers, from, radiusM + ROUNDING_M).length);
  if (got.length < Math.min(k, sure.length) || got.length > most)
    return `${got.length} drivers found, not ${Math.min(k, sure.length)}`;
  if (new Set(got).size < got.length) return 'a driver is found twice';
  if (!got.every(drivers.may)) return 'a driver is found who may not drive';
  const keys = got.map((driver) => chordM(from, drivers.points[driver]!) + drivers.handicapsM[driver]!);
  const off = keys.findIndex((key, rank) => key > (sure[rank] ?? Infinity) + ROUNDING_M);
  return off < 0 ? undefined : `rank ${off} is at ${keys[off]} m, not at ${sure[off]} m`;
}

describe('DriverGrid.nearest', () => {
  test('finds the drivers with the least distance and handicap, from anywhere', () => {
    fc.assert(
      fc.property(
        hardPlace,
        fc.oneof(fc.double({ min: 1, max: 20_000, noNaN: true }), fc.constantFrom(0, 3_000_000)),
        fc.integer({ min: 0, max: 100 }),
        seed,
        (center, spreadM, count, from) => {
          const random = randomUnit(from);
          const points = scatter(center, spreadM, count, random);
          const handicapsM = Float64Array.from(points, () => (random() < 0.6 ? 0 : random() * spreadM));
          const barred = new Set([...points.keys()].filter(() => random() < 0.2));
          const drivers = { points, handicapsM, may: (driver: number) => !barred.has(driver) };
          const grid = new DriverGrid(points, handicapsM);
          const wrong: string[] = [];
          for (let search = 0; search < SEARCHES_PER_CASE; search++) {
            const place = searchPlace(center, spreadM, points, random);
            const k = 1 + Math.floor(random() * MAX_K);
            const radiusM = random() < 0.05 ? Infinity : random() * 2 * spreadM;
            const found = mistake(grid, drivers, place, k, radiusM);
            if (found !== undefined) wrong.push(`${JSON.stringify({ place, k, radiusM })}: ${found}`);
          }
          expect(wrong).toEqual([]);
        },
      ),
      {
        examples: [
          // Regression: the bound of a ring once added the distance to the grid's box.
          [{ lat: 64.7, lng: -179.999 }, 1, 34, 0],
          // Regression: a search without a limit once left out drivers on the other side of the earth.
          [{ lat: 0, lng: 0 }, 1, 22, 301_640_773],
        ],
      },
    );
  });
});

test('returns drivers at the same place in order of their numbers', () => {
  const here = { lat: 40.7, lng: -74 };
  const found = new NearestDrivers(3);
  new DriverGrid([here, here, here, here], new Float64Array(4)).nearest(here, 1_000, found, () => true);
  expect([...found.drivers]).toEqual([0, 1, 2]);
});

test('finds no driver if there is none', () => {
  const found = new NearestDrivers(3);
  new DriverGrid([], new Float64Array(0)).nearest({ lat: 1, lng: 1 }, 1_000, found, () => true);
  expect(found.size).toBe(0);
});
