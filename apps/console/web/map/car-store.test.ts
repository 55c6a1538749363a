import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CarFrame, MovedCar } from '../../protocol/car-frame.ts';
import { CarStore, nearestCar } from './car-store.ts';
import { glideTo, poseAt, restAt, shortestTurn } from './glide.ts';

const AT = { lat: 38.72, lng: -9.14 };

function moved(change: Partial<MovedCar>): MovedCar {
  return { handle: 1, ...AT, headingDeg: 90, status: 'free', isSnapped: false, ageMs: 0, ...change };
}

function frame(change: Partial<CarFrame>): CarFrame {
  return { update: 1, introduced: [], gone: [], moved: [], ...change };
}

describe('a store of cars', () => {
  test('glides a car from where it is drawn, and not from where it was sent to', () => {
    const store = new CarStore();
    store.apply(frame({ introduced: [{ handle: 1, uuid: 'a' }], moved: [moved({})] }), 0, 1_000);
    store.apply(frame({ moved: [moved({ lat: 38.721 })] }), 1_000, 1_000);
    store.apply(frame({ moved: [moved({ lat: 38.722 })] }), 1_500, 1_000);
    const glide = store.find('a')!.glide;
    expect(poseAt(glide, 1_500).lat).toBeCloseTo(38.7205, 6);
    expect(poseAt(glide, 2_000).lat).toBeCloseTo(38.72125, 6);
    expect(poseAt(glide, 9_000).lat).toBeCloseTo(38.722, 6);
  });

  test('shows no car that was never introduced', () => {
    const store = new CarStore();
    store.apply(frame({ moved: [moved({ handle: 7 })] }), 0, 0);
    expect(store.size).toBe(0);
  });

  test('forgets who has gone, also when the same driver came back by another handle', () => {
    const store = new CarStore();
    store.apply(frame({ introduced: [{ handle: 1, uuid: 'a' }], moved: [moved({})] }), 0, 0);
    const again = frame({ introduced: [{ handle: 2, uuid: 'a' }], moved: [moved({ handle: 2 })] });
    store.apply(again, 1, 0);
    store.apply(frame({ gone: [1] }), 2, 0);
    expect(store.size).toBe(1);
    expect(store.find('a')?.uuid).toBe('a');
    store.apply(frame({ gone: [2] }), 3, 0);
    expect([store.size, store.find('a')]).toEqual([0, undefined]);
  });

  test('keeps the last known heading', () => {
    const store = new CarStore();
    store.apply(frame({ introduced: [{ handle: 1, uuid: 'a' }], moved: [moved({})] }), 0, 0);
    store.apply(frame({ moved: [moved({ headingDeg: undefined })] }), 1, 0);
    expect(store.find('a')?.headingDeg).toBe(90);
  });

  test('finds the nearest car within reach', () => {
    const store = new CarStore();
    store.apply(
      frame({
        introduced: [
          { handle: 1, uuid: 'near' },
          { handle: 2, uuid: 'far' },
        ],
        moved: [moved({}), moved({ handle: 2, lat: 38.73 })],
      }),
      0,
      0,
    );
    const away = ({ lat }: { lat: number }): number => Math.abs(lat - 38.7201);
    expect(nearestCar(store.cars(), 0, 0.001, away)?.uuid).toBe('near');
    expect(nearestCar(store.cars(), 0, 0.00001, away)).toBeUndefined();
  });
});

describe('a glide', () => {
  test('turns the shorter way', () => {
    const glide = glideTo(restAt({ ...AT, headingDeg: 350 }, 0), { ...AT, headingDeg: 10 }, 0, 100);
    expect(poseAt(glide, 50).headingDeg).toBe(360);
  });

  test('crosses the antimeridian instead of going around the world', () => {
    const from = restAt({ lat: 0, lng: 179.99, headingDeg: 0 }, 0);
    const glide = glideTo(from, { lat: 0, lng: -179.99, headingDeg: 0 }, 0, 100);
    expect(poseAt(glide, 100).lng).toBeCloseTo(180.01);
  });

  test('jumps where nobody could drive in one update', () => {
    const glide = glideTo(restAt({ ...AT, headingDeg: 0 }, 0), { lat: 39, lng: -9, headingDeg: 0 }, 0, 100);
    expect(poseAt(glide, 0).lat).toBe(39);
  });

  test('never leaves the way between its ends', () => {
    const offset = fc.double({ min: -0.04, max: 0.04, noNaN: true });
    fc.assert(
      fc.property(offset, fc.double({ min: -500, max: 2_000, noNaN: true }), (away, atMs) => {
        const glide = glideTo(
          restAt({ ...AT, headingDeg: 0 }, 0),
          { ...AT, lat: AT.lat + away, headingDeg: 0 },
          0,
          1_000,
        );
        const moved = Math.abs(poseAt(glide, atMs).lat - AT.lat);
        expect(moved).toBeLessThanOrEqual(Math.abs(away) + 1e-12);
      }),
    );
  });

  test('a turn stays the same turn, below half a circle', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000, max: 2_000 }), (deg) => {
        const turn = shortestTurn(deg);
        expect(turn).toBeGreaterThanOrEqual(-180);
        expect(turn).toBeLessThan(180);
        expect(Math.abs((turn - deg) % 360)).toBe(0);
      }),
    );
  });
});
