import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { greatCircleM, StreetRouter } from '#libs/geo';
import { LISBON_BOX, LISBON_PARKS, LISBON_SHORE } from '../city/lisbon.ts';
import { streetLattice } from '../city/street-lattice.ts';
import {
  arrivalMs,
  fixAt,
  journeyAlong,
  MAX_STREET_SPEED_MPS,
  paceFor,
  parkedAt,
  partWayMs,
  turnOffAt,
  type Fix,
  type Journey,
} from './journey.ts';

const graph = streetLattice({ box: LISBON_BOX, shore: LISBON_SHORE, parks: LISBON_PARKS }, 1);
const router = new StreetRouter(graph);
const node = fc.nat({ max: graph.nodeCount - 1 });
const hour = fc.nat({ max: 23 });

function journey(from: number, to: number, atHour: number, pace = 1): Journey {
  const start = parkedAt(graph, from, 0);
  return journeyAlong(graph, turnOffAt(start, 0), router.route(from, to, atHour)!, 1_000, pace);
}

function positionAt(way: Journey, nowMs: number): Fix {
  const fix = { lat: 0, lng: 0, headingDeg: 0, speedMps: 0 };
  fixAt(way, nowMs, fix);
  return fix;
}

/** Metres by which a point misses the nearest segment of the journey. */
function offRouteM(way: Journey, fix: Fix): number {
  let nearest = Infinity;
  for (let index = 0; index + 1 < way.lats.length; index++) {
    const a = { lat: way.lats[index]!, lng: way.lngs[index]! };
    const b = { lat: way.lats[index + 1]!, lng: way.lngs[index + 1]! };
    nearest = Math.min(nearest, greatCircleM(a, fix) + greatCircleM(fix, b) - greatCircleM(a, b));
  }
  return nearest;
}

describe('a car on its journey', () => {
  test('is on the route at every moment, at a plausible speed, and ends at its end', () => {
    fc.assert(
      fc.property(node, node, hour, fc.double({ min: 0, max: 1, noNaN: true }), (from, to, at, share) => {
        const way = journey(from, to, at);
        const nowMs = partWayMs(way, share);
        const fix = positionAt(way, nowMs);
        expect(offRouteM(way, fix)).toBeLessThan(0.01);
        expect(fix.speedMps).toBeLessThanOrEqual(MAX_STREET_SPEED_MPS * 1.001);
        expect(fix.headingDeg >= 0 && fix.headingDeg < 360).toBe(true);
        const later = positionAt(way, nowMs + 4_000);
        expect(greatCircleM(fix, later)).toBeLessThanOrEqual(4 * MAX_STREET_SPEED_MPS * 1.001);
        expect(greatCircleM(positionAt(way, arrivalMs(way) + 1), graph.point(to))).toBeLessThan(0.01);
        expect(positionAt(way, 0)).toMatchObject({ ...graph.point(from), speedMps: 0 });
      }),
    );
  });

  test('takes the travel time of the streets, or the prescribed duration of a ride', () => {
    fc.assert(
      fc.property(node, node, hour, fc.integer({ min: 1, max: 3_000 }), (from, to, at, rideS) => {
        const route = router.route(from, to, at)!;
        expect(arrivalMs(journey(from, to, at)) - 1_000).toBeCloseTo(route.totalS * 1000, 3);
        const paced = journey(from, to, at, paceFor(route, rideS));
        const fastestS = route.lengthM / MAX_STREET_SPEED_MPS;
        const driveS = (arrivalMs(paced) - 1_000) / 1000;
        expect(driveS).toBeGreaterThanOrEqual(fastestS * 0.999);
        const isSlower = route.lengthM > 0 && rideS > route.totalS;
        expect(isSlower ? driveS - rideS : 0).toBeCloseTo(0, 3);
      }),
    );
  });

  test('turns off to another journey without a jump', () => {
    fc.assert(
      fc.property(
        node,
        node,
        node,
        fc.double({ min: 0, max: 1.2, noNaN: true }),
        (from, to, other, share) => {
          const way = journey(from, to, 12);
          const nowMs = partWayMs(way, share);
          const off = turnOffAt(way, nowMs);
          const next = journeyAlong(graph, off, router.route(off.node, other, 12)!, nowMs);
          const before = positionAt(way, nowMs);
          expect(greatCircleM(before, positionAt(next, nowMs))).toBeLessThan(0.01);
          const soon = positionAt(next, nowMs + 2_000);
          expect(greatCircleM(before, soon)).toBeLessThanOrEqual(2 * MAX_STREET_SPEED_MPS * 1.001);
          expect([...way.nodes]).toContain(off.node);
        },
      ),
    );
  });
});
