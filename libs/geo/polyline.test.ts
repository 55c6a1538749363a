import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { greatCircleM, type Point } from './point.ts';
import { interpolate, pointAlong, polylineLengthM } from './polyline.ts';

const point: fc.Arbitrary<Point> = fc.record({
  lat: fc.double({ min: 40, max: 40.1, noNaN: true }),
  lng: fc.double({ min: -74, max: -73.9, noNaN: true }),
});
const line = fc.array(point, { minLength: 1, maxLength: 8 });

describe('pointAlong', () => {
  it('is on the way: what lies before it and after it add up to the whole', () => {
    fc.assert(
      fc.property(line, fc.double({ min: 0, max: 1, noNaN: true }), (points, share) => {
        const lengthM = polylineLengthM(points);
        const alongM = share * lengthM;
        const at = pointAlong(points, alongM);
        let passedM = 0;
        let detourM = Infinity;
        for (const [index, corner] of points.entries()) {
          const next = points[index + 1] ?? corner;
          const viaM = passedM + greatCircleM(corner, at);
          const segmentM = greatCircleM(corner, next);
          if (viaM <= passedM + segmentM + 0.01) detourM = Math.min(detourM, Math.abs(viaM - alongM));
          passedM += segmentM;
        }
        expect(detourM).toBeLessThan(1);
      }),
    );
  });

  it('stays at the ends beyond them', () => {
    const points = [
      { lat: 1, lng: 1 },
      { lat: 2, lng: 1 },
    ];
    expect(pointAlong(points, -5)).toEqual(points[0]);
    expect(pointAlong(points, 1e9)).toEqual(points[1]);
    expect(pointAlong([{ lat: 1, lng: 1 }], 10)).toEqual({ lat: 1, lng: 1 });
    expect(() => pointAlong([], 0)).toThrow(RangeError);
  });
});

describe('interpolate', () => {
  it('takes the short way over the antimeridian', () => {
    expect(interpolate({ lat: 0, lng: 179 }, { lat: 0, lng: -179 }, 0.25).lng).toBeCloseTo(179.5);
    expect(interpolate({ lat: 0, lng: 179 }, { lat: 0, lng: -179 }, 0.75).lng).toBeCloseTo(-179.5);
  });
});
