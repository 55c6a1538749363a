import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundingBoxOf,
  boxCenter,
  boxContains,
  boxDistanceM,
  boxWidthDeg,
  expandBoxM,
  formatBoundingBox,
  parseBoundingBox,
  type BoundingBox,
} from './bounding-box.ts';
import { greatCircleM, METERS_PER_DEGREE, wrapLngDelta } from './point.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });

/** Boxes of up to 2° a side, some across the antimeridian. */
const box: fc.Arbitrary<BoundingBox> = fc
  .tuple(
    fc.double({ min: -80, max: 78, noNaN: true }),
    fc.double({ min: -180, max: 180, noNaN: true }),
    unit,
    unit,
  )
  .map(([south, west, height, width]) => ({
    south,
    west,
    north: south + 0.001 + height * 2,
    east: wrapLngDelta(west + 0.001 + width * 2),
  }));

const pointIn = (within: BoundingBox, x: number, y: number) => ({
  lat: within.south + (within.north - within.south) * y,
  lng: wrapLngDelta(within.west + boxWidthDeg(within) * x),
});

describe('parseBoundingBox', () => {
  it('reads south, west, north, east and writes them back', () => {
    const parsed = parseBoundingBox(' 38.7, -9.16,38.745,-9.12');
    expect(parsed).toEqual({ south: 38.7, west: -9.16, north: 38.745, east: -9.12 });
    expect(parseBoundingBox(formatBoundingBox(parsed))).toEqual(parsed);
  });

  it.each([
    ['', 'south,west,north,east'],
    ['1,2,3', 'south,west,north,east'],
    ['1,2,3,4,5', 'south,west,north,east'],
    ['1,,3,4', 'latitudes'],
    ['a,2,3,4', 'latitudes'],
    ['-91,2,3,4', 'latitudes'],
    ['1,2,3,181', 'latitudes'],
    ['3,2,1,4', 'south must be below north'],
    ['1,2,3,2', 'west and east'],
  ])('refuses "%s"', (text, words) => {
    expect(() => parseBoundingBox(text)).toThrow(words);
  });
});

describe('boxContains', () => {
  it('contains its corners and its centre, across the antimeridian too', () => {
    const pacific = { south: -20, west: 170, north: -10, east: -170 };
    expect(boxContains(pacific, { lat: -15, lng: 180 })).toBe(true);
    expect(boxContains(pacific, { lat: -15, lng: -175 })).toBe(true);
    expect(boxContains(pacific, { lat: -15, lng: 0 })).toBe(false);
    expect(boxContains(pacific, { lat: -10, lng: 170 })).toBe(true);
    expect(boxContains(pacific, boxCenter(pacific))).toBe(true);
    expect(boxContains(pacific, { lat: Number.NaN, lng: 175 })).toBe(false);
    expect(boxContains({ ...pacific, west: -180 }, { lat: -15, lng: 180 })).toBe(true);
    expect(boxContains({ ...pacific, east: 180 }, { lat: -15, lng: -180 })).toBe(true);
  });
});

describe('boundingBoxOf', () => {
  it('is the smallest box around points, undefined without points', () => {
    expect(boundingBoxOf([])).toBeUndefined();
    const around = boundingBoxOf([
      { lat: 1, lng: 5 },
      { lat: 3, lng: -2 },
    ]);
    expect(around).toEqual({ south: 1, west: -2, north: 3, east: 5 });
    const acrossAntimeridian = [179.9, -179.8, 179.5].map((lng) => ({ lat: -17, lng }));
    expect(boundingBoxOf(acrossAntimeridian)).toMatchObject({ west: 179.5, east: -179.8 });
  });
});

describe('expandBoxM', () => {
  it('contains every point within the margin of the box', () => {
    fc.assert(
      fc.property(
        box,
        unit,
        unit,
        fc.double({ min: 0, max: 20_000, noNaN: true }),
        (inner, x, y, marginM) => {
          const outer = expandBoxM(inner, marginM);
          // A point in the box or up to 0.3 of its size outside.
          const point = pointIn(inner, x * 1.6 - 0.3, y * 1.6 - 0.3);
          fc.pre(boxDistanceM(inner, point) <= marginM * 0.999);
          expect(boxContains(outer, point)).toBe(true);
        },
      ),
    );
  });

  it('keeps the margin at its corners too, where a degree of longitude is shortest', () => {
    fc.assert(
      fc.property(
        box,
        fc.double({ min: 1, max: 20_000, noNaN: true }),
        fc.boolean(),
        (inner, marginM, isNorth) => {
          const lat = isNorth ? inner.north : inner.south;
          const eastward = (marginM * 0.999) / METERS_PER_DEGREE / Math.cos((lat * Math.PI) / 180);
          expect(
            boxContains(expandBoxM(inner, marginM), { lat, lng: wrapLngDelta(inner.east + eastward) }),
          ).toBe(true);
        },
      ),
    );
  });

  it('spans all longitudes instead of overlapping itself', () => {
    expect(expandBoxM({ south: 0, west: -179, north: 1, east: 179 }, 200_000)).toMatchObject({
      west: -180,
      east: 180,
    });
  });
});

describe('boxDistanceM', () => {
  it('is the least distance to any point of the box', () => {
    fc.assert(
      fc.property(box, unit, unit, unit, unit, (within, x, y, toX, toY) => {
        const point = pointIn(within, x * 3 - 1, Math.min(1.5, y * 3 - 1));
        fc.pre(Math.abs(point.lat) <= 90);
        const distanceM = boxDistanceM(within, point);
        expect(distanceM).toBeLessThanOrEqual(greatCircleM(point, pointIn(within, toX, toY)) + 1e-3);
        expect(distanceM).toBeGreaterThanOrEqual(0);
        expect(distanceM).toBeLessThanOrEqual(boxContains(within, point) ? 0 : Infinity);
        const [closestX, closestY] = [
          Math.min(1, Math.max(0, x * 3 - 1)),
          Math.min(1, Math.max(0, y * 3 - 1)),
        ];
        expect(distanceM).toBeGreaterThanOrEqual(
          greatCircleM(point, pointIn(within, closestX, closestY)) * 0.9,
        );
      }),
    );
  });
});
