import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hardPlace,
  placeWithin,
  randomUnit,
  scatter,
  searchPlace,
  seed,
} from '../../dev/test-world/hard-places.ts';
import { putCartesian } from './cartesian.ts';
import { NodeGrid } from './node-grid.ts';
import { PointGrid } from './point-grid.ts';
import { greatCircleM, type Point } from './point.ts';

const SEARCHES_PER_CASE = 1_000;
/** Maximum difference between chord and haversine distances. */
const ROUNDING_M = 1e-5;
const spreadM = fc.oneof(
  fc.double({ min: 1, max: 50_000, noNaN: true }),
  fc.constantFrom(0, 2_000_000, 12_000_000),
);

function triplesOf(points: readonly Point[]): Float64Array {
  const triples = new Float64Array(3 * points.length);
  points.forEach(({ lat, lng }, index) => putCartesian(triples, index, lat, lng));
  return triples;
}

describe('NodeGrid.nearest', () => {
  it('is as near as the nearest of all nodes, from anywhere', () => {
    fc.assert(
      fc.property(
        hardPlace,
        spreadM,
        fc.integer({ min: 1, max: 80 }),
        seed,
        (center, spread, count, from) => {
          const random = randomUnit(from);
          const nodes = scatter(center, spread, count, random);
          const grid = new NodeGrid(
            Float64Array.from(nodes, ({ lat }) => lat),
            Float64Array.from(nodes, ({ lng }) => lng),
          );
          const wrong: string[] = [];
          for (let search = 0; search < SEARCHES_PER_CASE; search++) {
            const place = searchPlace(center, spread, nodes, random);
            const foundM = greatCircleM(place, nodes[grid.nearest(place)]!);
            let bestM = Infinity;
            for (const node of nodes) bestM = Math.min(bestM, greatCircleM(place, node));
            // Near the antipode haversine errs by some decimetres.
            if (!(foundM <= bestM + (bestM > 1.9e7 ? 1 : ROUNDING_M)))
              wrong.push(`${JSON.stringify(place)}: ${foundM} m, but a node is ${bestM} m away`);
          }
          expect(wrong).toEqual([]);
        },
      ),
      // Regression: the bound of a ring once added the distance to the grid's box.
      { examples: [[{ lat: 0, lng: 0 }, 1.45754413576712, 6, 10]] },
    );
  });
});

describe('PointGrid.search', () => {
  it('visits every point within its limit, from anywhere', () => {
    fc.assert(
      fc.property(
        hardPlace,
        spreadM,
        fc.integer({ min: 0, max: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        seed,
        (center, spread, count, share, from) => {
          const random = randomUnit(from);
          const points = scatter(center, spread, count, random);
          const triples = triplesOf(points);
          const grid = new PointGrid(triples);
          for (let search = 0; search < SEARCHES_PER_CASE / 20; search++) {
            const place = searchPlace(center, spread, points, random);
            const limitM = 2 * spread * share * random();
            const visited = new Set<number>();
            grid.search(place.lat, place.lng, { limitM, visit: (point) => visited.add(point) });
            const missed = points.flatMap((point, index) =>
              greatCircleM(place, point) <= limitM && !visited.has(index) ? [index] : [],
            );
            expect(missed).toEqual([]);
          }
        },
      ),
    );
  });

  it('visits few of many points within a city, outside it and at the pole too', () => {
    const random = randomUnit(1);
    for (const center of [
      { lat: 40.75, lng: -73.98 },
      { lat: 90, lng: 0 },
      { lat: -17, lng: 180 },
    ]) {
      const points = Array.from({ length: 20_000 }, () => placeWithin(center, 20_000, random));
      const grid = new PointGrid(triplesOf(points));
      let visits = 0;
      for (let search = 0; search < 100; search++) {
        const { lat, lng } = placeWithin(center, 30_000, random);
        grid.search(lat, lng, { limitM: 500, visit: () => visits++ });
      }
      expect(visits / 100).toBeLessThan(100);
    }
  });
});
