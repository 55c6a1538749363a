import * as fc from 'fast-check';
import { greatCircleDistance } from 'h3-js';
import { describe, expect, it } from 'vitest';
import { bearingDeg, greatCircleM, interpolate, shortDistanceM, wrapLngDelta, type Point } from './point.ts';

const lat = fc.double({ min: -90, max: 90, noNaN: true });
const lng = fc.double({ min: -180, max: 180, noNaN: true });

/** A place at an inhabited latitude, and another within about 20 km. */
const nearbyPair = fc
  .tuple(
    fc.double({ min: -69, max: 69, noNaN: true }),
    lng,
    fc.double({ min: -0.1, max: 0.1, noNaN: true }),
    fc.double({ min: -0.1, max: 0.1, noNaN: true }),
  )
  .map(([lat, lng, dLat, dLng]): [Point, Point] => [
    { lat, lng },
    { lat: lat + dLat, lng: wrapLngDelta(lng + dLng) },
  ]);

describe('greatCircleM', () => {
  it('agrees with H3', () => {
    fc.assert(
      fc.property(lat, lng, lat, lng, (latA, lngA, latB, lngB) => {
        const ours = greatCircleM({ lat: latA, lng: lngA }, { lat: latB, lng: lngB });
        expect(ours).toBeCloseTo(greatCircleDistance([latA, lngA], [latB, lngB], 'm'), 1);
      }),
    );
  });
});

describe('shortDistanceM', () => {
  it('is within 0.1 % of the great circle over short ranges, across the antimeridian too', () => {
    fc.assert(
      fc.property(nearbyPair, ([a, b]) => {
        const exactM = greatCircleM(a, b);
        expect(Math.abs(shortDistanceM(a, b) - exactM)).toBeLessThanOrEqual(exactM * 0.001 + 1e-3);
      }),
      {
        numRuns: 1000,
        examples: [
          [
            [
              { lat: 10, lng: 179.99 },
              { lat: 10, lng: -179.99 },
            ],
          ],
        ],
      },
    );
  });
});

describe('bearingDeg', () => {
  it('counts clockwise from north', () => {
    const from = { lat: 0, lng: 0 };
    expect(bearingDeg(from, { lat: 1, lng: 0 })).toBeCloseTo(0);
    expect(bearingDeg(from, { lat: 0, lng: 1 })).toBeCloseTo(90);
    expect(bearingDeg(from, { lat: -1, lng: 0 })).toBeCloseTo(180);
    expect(bearingDeg(from, { lat: 0, lng: -1 })).toBeCloseTo(270);
    expect(bearingDeg({ lat: 0, lng: 179.9 }, { lat: 0, lng: -179.9 })).toBeCloseTo(90);
  });

  it('stays below 360', () => {
    fc.assert(
      fc.property(nearbyPair, ([a, b]) => {
        const bearing = bearingDeg(a, b);
        expect(bearing).toBeGreaterThanOrEqual(0);
        expect(bearing).toBeLessThan(360);
      }),
      {
        examples: [
          [
            [
              { lat: 0, lng: 0 },
              { lat: 1, lng: -1e-300 },
            ],
          ],
        ],
      },
    );
  });
});

describe('interpolate', () => {
  it('stays between the ends', () => {
    const [a, b] = [
      { lat: 38.7, lng: -9.1 },
      { lat: 38.8, lng: -9.2 },
    ];
    expect([-1, 0, 1, 2].map((fraction) => interpolate(a, b, fraction))).toEqual([a, a, b, b]);
    expect(interpolate(a, b, 0.5).lat).toBeCloseTo(38.75);
  });

  it('takes the short way over the antimeridian', () => {
    expect(interpolate({ lat: 0, lng: 179 }, { lat: 0, lng: -179 }, 0.25).lng).toBeCloseTo(179.5);
    expect(interpolate({ lat: 0, lng: 179 }, { lat: 0, lng: -179 }, 0.75).lng).toBeCloseTo(-179.5);
  });
});
