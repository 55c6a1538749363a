import { describe, expect, test } from 'vitest';
import type { Point } from '#libs/geo';
import { randomStream } from '#libs/random';
import type { DriverId } from '#libs/trip';
import type { RidingDriver } from '../supply-view.ts';
import { RideEnds } from './ride-ends.ts';

const END: Point = { lat: 40, lng: -74 };
/** Degrees of latitude that take a second on these streets. */
const DEGREES_PER_S = 0.0001;

/** A street that runs north, on which a place is as many seconds from its end as its coordinate says. */
const driveS = (from: Point, to: Point): number => Math.abs(from.lat - to.lat) / DEGREES_PER_S;

function riding(leftS: number, freeAtMs: number, driverId: DriverId = 'driver_a'): RidingDriver {
  const point = { lat: END.lat - leftS * DEGREES_PER_S, lng: END.lng };
  return { driverId, point, rideEnd: END, freeAtMs, product: 'standard', booked: false };
}

const inSight = (): boolean => true;

describe('the end of a ride', () => {
  test('is first as quoted', () => {
    const ends = new RideEnds(driveS);
    ends.look([riding(100, 100_000)], 0, inSight);
    expect(ends.endOf('driver_a', 0)?.meanS).toBeCloseTo(100, 0);
    expect(ends.endOf('driver_b', 0)).toBeUndefined();
  });

  test('moves away when the ride is slower than quoted, and its overrun is not taken for its end', () => {
    const ends = new RideEnds(driveS);
    // Quoted 200 s; after 200 s only half of the street lies behind it.
    for (let nowS = 0; nowS <= 200; nowS += 4)
      ends.look([riding(200 - nowS / 2, 200_000)], nowS * 1_000, inSight);
    expect(ends.endOf('driver_a', 200_000)?.meanS).toBeGreaterThan(110);
  });

  test('gets less certain the longer the car stands at it', () => {
    const ends = new RideEnds(driveS);
    for (let nowS = 0; nowS <= 100; nowS += 4)
      ends.look([riding(100 - nowS, 100_000)], nowS * 1_000, inSight);
    const due = ends.endOf('driver_a', 100_000);
    for (let nowS = 104; nowS <= 220; nowS += 4) ends.look([riding(0, 100_000)], nowS * 1_000, inSight);
    const overdue = ends.endOf('driver_a', 220_000);
    expect(overdue?.meanS).toBeGreaterThan((due?.meanS ?? Infinity) + 20);
    expect(overdue?.spreadS).toBeGreaterThan((due?.spreadS ?? Infinity) + 20);
  });
});

test('mean and spread are learned from rides that end later than predicted', () => {
  const ends = new RideEnds(driveS);
  const random = randomStream(3, 'ends');
  let nowS = 0;
  for (let ride = 0; ride < 400; ride++) {
    const beganS = nowS;
    // Each ride drives as quoted, and then waits 20 to 40 s at its end.
    const lengthS = 100 + Math.round(random.between(20, 40));
    for (; nowS - beganS < lengthS; nowS += 2)
      ends.look([riding(Math.max(0, 100 - (nowS - beganS)), (beganS + 100) * 1_000)], nowS * 1_000, inSight);
    ends.look([], nowS * 1_000, inSight);
    nowS += 2;
  }
  ends.look([riding(50, (nowS + 50) * 1_000)], nowS * 1_000, inSight);
  const end = ends.endOf('driver_a', nowS * 1_000);
  expect(end?.meanS).toBeGreaterThan(72);
  expect(end?.meanS).toBeLessThan(90);
  expect(end?.spreadS).toBeLessThan(12);
});

test('a driver who leaves the sight of this matcher teaches nothing', () => {
  const spreadAfter = (isInSight: () => boolean): number | undefined => {
    const ends = new RideEnds(driveS);
    for (let ride = 0; ride < 200; ride++) {
      ends.look([riding(50, 50_000)], 0, inSight);
      ends.look([], 1_000_000, isInSight);
    }
    ends.look([riding(50, 50_000)], 0, inSight);
    return ends.endOf('driver_a', 0)?.meanS;
  };
  expect(spreadAfter(() => false)).toBeCloseTo(50, 0);
  expect(spreadAfter(inSight)).toBeGreaterThan(500);
});
