import * as fc from 'fast-check';
import { cellToParent, getPentagons, cellToLatLng, latLngToCell } from 'h3-js';
import { describe, expect, it } from 'vitest';
import { boxWidthDeg, expandBoxM, type BoundingBox } from './bounding-box.ts';
import { cellsCovering, haloCells } from './cell-cover.ts';
import {
  cellKeyFromH3,
  cellKeyRes,
  childKeys,
  isAncestor,
  parentKey,
  pickupCellOf,
  positionCellOf,
  shardCellOf,
} from './cell-key.ts';
import { cellCenter, cellOutline, cellReachM } from './cell-shape.ts';
import {
  bearingDeg,
  greatCircleM,
  interpolate,
  METERS_PER_DEGREE,
  wrapLngDelta,
  type Point,
} from './point.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
/** Draws 0 and 1 often: the edges and corners of a box. */
const edgeOrInside = fc.oneof(unit, fc.constantFrom(0, 1));

/** Cities, the antimeridian, the far north, and the surroundings of pentagons. */
const place: fc.Arbitrary<Point> = fc.oneof(
  fc.record({
    lat: fc.double({ min: -70, max: 70, noNaN: true }),
    lng: fc.double({ min: -180, max: 180, noNaN: true }),
  }),
  fc.constantFrom(
    { lat: 40.75, lng: -73.98 },
    { lat: 38.72, lng: -9.14 },
    { lat: -17, lng: 179.999 },
    { lat: 78.2, lng: 15.6 },
  ),
  fc.constantFrom(...getPentagons(6).map(cellToLatLng)).map(([lat, lng]) => ({ lat, lng })),
);

/** The point some metres north and east of another. */
const shifted = (from: Point, northM: number, eastM: number): Point => ({
  lat: from.lat + northM / METERS_PER_DEGREE,
  lng: wrapLngDelta(from.lng + eastM / METERS_PER_DEGREE / Math.cos((from.lat * Math.PI) / 180)),
});

const boxAt = (corner: Point, widthM: number, heightM: number): BoundingBox => {
  const opposite = shifted(corner, heightM, widthM);
  return { south: corner.lat, west: corner.lng, north: opposite.lat, east: opposite.lng };
};

describe('cellsCovering', () => {
  it.each([6, 7, 8, 9])('has the cell at %i of every point in the box, its edges included', (res) => {
    const sizeM = fc.double({ min: 1, max: 40_000 / 2.6 ** (res - 6), noNaN: true });
    fc.assert(
      fc.property(
        place,
        sizeM,
        sizeM,
        fc.array(fc.tuple(edgeOrInside, edgeOrInside), { minLength: 20, maxLength: 60 }),
        (corner, widthM, heightM, samples) => {
          const box = boxAt(corner, widthM, heightM);
          const cover = new Set(cellsCovering(box, res));
          for (const [x, y] of samples) {
            const point = {
              lat: Math.min(box.north, box.south + (box.north - box.south) * y),
              lng: wrapLngDelta(box.west + boxWidthDeg(box) * x),
            };
            expect(cover).toContain(cellKeyFromH3(cellToParent(latLngToCell(point.lat, point.lng, 9), res)));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('contains no cell that is clearly outside', () => {
    const box = boxAt({ lat: 40.7, lng: -74.02 }, 8000, 15_000);
    const around = expandBoxM(box, 500);
    const tight = new Set<number>();
    for (let y = 0; y <= 200; y++) {
      for (let x = 0; x <= 200; x++) {
        const lat = around.south + ((around.north - around.south) * y) / 200;
        const lng = around.west + (boxWidthDeg(around) * x) / 200;
        tight.add(parentKey(pickupCellOf({ lat, lng }), 7));
      }
    }
    expect(cellsCovering(box, 7).filter((cell) => !tight.has(cell))).toEqual([]);
  });

  it('refuses a resolution finer than pickups, and a box that needs too many cells', () => {
    const box = boxAt({ lat: 40.7, lng: -74.02 }, 8000, 15_000);
    expect(() => cellsCovering(box, 10)).toThrow('resolution');
    expect(() => cellsCovering({ south: 0, west: 0, north: 40, east: 40 }, 7)).toThrow('more than');
  });
});

describe('haloCells', () => {
  const shard = place.chain((point) => {
    const whole = shardCellOf(point);
    return fc.constantFrom(whole, childKeys(whole)[2]!, parentKey(pickupCellOf(point), 8));
  });

  it('contains the position cell of every driver within the radius of any pickup in the shards', () => {
    fc.assert(
      fc.property(
        shard,
        fc.double({ min: 0, max: 6000, noNaN: true }),
        fc.array(
          fc.tuple(
            fc.double({ min: -1, max: 1, noNaN: true }),
            fc.double({ min: -1, max: 1, noNaN: true }),
            unit,
            edgeOrInside,
          ),
          {
            minLength: 60,
            maxLength: 60,
          },
        ),
        (cell, radiusM, samples) => {
          const halo = new Set(haloCells([cell], radiusM));
          const center = cellCenter(cell);
          const reachM = cellReachM(cell);
          for (const [north, east, turn, share] of samples) {
            const pickup = shifted(center, north * reachM, east * reachM);
            if (!isAncestor(cell, pickupCellOf(pickup))) continue;
            const angle = turn * 2 * Math.PI;
            const driver = shifted(
              pickup,
              Math.sin(angle) * share * radiusM,
              Math.cos(angle) * share * radiusM,
            );
            if (greatCircleM(pickup, driver) > radiusM) continue;
            expect(halo).toContain(positionCellOf(driver));
          }
        },
      ),
      { numRuns: 120 },
    );
  });

  it('contains the farthest drivers: outward from the edge of the shard, at the whole radius', () => {
    fc.assert(
      fc.property(
        shard,
        fc.double({ min: 0, max: 6000, noNaN: true }),
        fc.array(fc.tuple(fc.nat(), fc.double({ min: -0.5, max: 0.5, noNaN: true })), {
          minLength: 40,
          maxLength: 40,
        }),
        (cell, radiusM, samples) => {
          const halo = new Set(haloCells([cell], radiusM));
          const center = cellCenter(cell);
          const corners = cellOutline(cell).flat();
          for (const [pick, swing] of samples) {
            const corner = corners[pick % corners.length]!;
            // One metre inside the corner.
            const pickup = interpolate(corner, center, 1 / greatCircleM(corner, center));
            if (!isAncestor(cell, pickupCellOf(pickup))) continue;
            const angle = ((90 - bearingDeg(center, corner)) * Math.PI) / 180 + swing;
            const driver = shifted(pickup, Math.sin(angle) * radiusM, Math.cos(angle) * radiusM);
            if (greatCircleM(pickup, driver) > radiusM) continue;
            expect(halo).toContain(positionCellOf(driver));
          }
        },
      ),
      { numRuns: 120 },
    );
  });

  it('is tight: each of its cells is within the radius plus the size of a resolution 9 cell of a pickup', () => {
    const cell = shardCellOf({ lat: 40.75, lng: -73.98 });
    const radiusM = 4000;
    const pickups = childKeys(cell).flatMap(childKeys).flatMap(childKeys).map(cellCenter);
    for (const position of haloCells([cell], radiusM)) {
      const drivers = childKeys(position).flatMap(childKeys).map(cellCenter);
      const nearestM = Math.min(
        ...drivers.flatMap((driver) => pickups.map((pickup) => greatCircleM(driver, pickup))),
      );
      // Centres stand for cells of about 200 m radius at both ends, in the measured distance and in the allowed excess.
      expect(nearestM).toBeLessThan(radiusM + 4 * 210);
    }
  });

  it('of several shards is the union of their halos; with radius 0, the shards themselves', () => {
    const [a, b] = [shardCellOf({ lat: 40.75, lng: -73.98 }), shardCellOf({ lat: 40.65, lng: -73.98 })];
    const union = new Set([...haloCells([a], 3000), ...haloCells([b], 3000)]);
    expect(new Set(haloCells([a, b], 3000))).toEqual(union);
    expect(haloCells([a], 0)).toEqual(expect.arrayContaining(childKeys(a)));
    expect(haloCells([a], 0).every((cell) => cellKeyRes(cell) === 7)).toBe(true);
  });
});
