import * as fc from 'fast-check';
import { greatCircleM, positionCellOf, type Point } from '#libs/geo';
import { describe, expect, it } from 'vitest';
import type { DriverId } from '#libs/trip';
import { hardPlace, randomUnit, scatter, searchPlace, seed } from '../../dev/test-world/hard-places.ts';
import { SupplyIndex } from './supply-index.ts';

const SEARCHES_PER_CASE = 200;
/** Maximum difference between chord and haversine distances. */
const ROUNDING_M = 1e-4;
const MAX_K = 12;

/** Replaces all drivers of an index by free ones at these points; an index per case would be too slow. */
function replaceDrivers(index: SupplyIndex, points: readonly Point[], nowMs: number): void {
  index.expireBefore(nowMs);
  points.forEach((point, number) => {
    const [driverId, status]: [DriverId, 'free'] = [`driver_${number}`, 'free'];
    const report = { driverId, ...point, session: 1, seq: 1, product: 'standard', left: false };
    index.applyReport({ ...report, status, statusVersion: 1, freeAtMs: 0 }, positionCellOf(point), nowMs);
  });
}

describe('SupplyIndex.nearest', () => {
  it('finds the nearest drivers from outside, from the border and at every seam of the grid', () => {
    const index = new SupplyIndex({ capacity: 128 });
    let nowMs = 0;
    fc.assert(
      fc.property(
        hardPlace,
        fc.oneof(fc.double({ min: 1, max: 300, noNaN: true }), fc.constant(0)),
        fc.integer({ min: 1, max: 60 }),
        seed,
        (center, spreadM, count, from) => {
          const random = randomUnit(from);
          const points = scatter(center, spreadM, count, random);
          replaceDrivers(index, points, ++nowMs);
          const wrong: string[] = [];
          for (let search = 0; search < SEARCHES_PER_CASE; search++) {
            const place = searchPlace(center, spreadM, points, random);
            const k = 1 + Math.floor(random() * MAX_K);
            const radiusM = random() * 2 * spreadM;
            const got = index
              .nearest(place, { k, radiusM, product: 'standard' })
              .map(({ distanceM }) => distanceM);
            const meters = points.map((point) => greatCircleM(place, point)).sort((a, b) => a - b);
            const least = Math.min(k, meters.filter((m) => m <= radiusM - ROUNDING_M).length);
            const most = Math.min(k, meters.filter((m) => m <= radiusM + ROUNDING_M).length);
            const isRight = got.every((m, rank) => Math.abs(m - meters[rank]!) <= ROUNDING_M);
            if (got.length < least || got.length > most || !isRight)
              wrong.push(JSON.stringify({ place, k, radiusM, got, meters: meters.slice(0, k) }));
          }
          expect(wrong).toEqual([]);
        },
      ),
    );
  });
});
