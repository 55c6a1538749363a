import { describe, expect, test } from 'vitest';
import { axisEtas } from '../../../dev/fixtures/match-input.ts';
import { ApproachSpeed } from './approach-speed.ts';
import { DEFAULT_PRICE_PARAMS, DriverTimePrice } from './driver-time-price.ts';
import { EmptyRuns, MAX_PLACES } from './empty-runs.ts';

describe("the price of a driver's time", () => {
  test('is 0 while there is a reserve, rises while there is none, and falls again', () => {
    const price = new DriverTimePrice();
    price.adapt(0.3, 600);
    expect(price.value).toBe(0);
    price.adapt(0, 60);
    const risen = price.value;
    expect(risen).toBeGreaterThan(0);
    price.adapt(0.3, 60);
    expect(price.value).toBeLessThan(risen);
  });

  test('has a ceiling', () => {
    const price = new DriverTimePrice();
    price.adapt(0, 1e9);
    expect(price.value).toBe(DEFAULT_PRICE_PARAMS.maxPrice);
  });
});

describe('empty runs', () => {
  const busy = { lat: 40.75, lng: -73.98 };
  const quiet = { lat: 40.85, lng: -73.93 };

  test('show where drivers are empty for longer than elsewhere', () => {
    const runs = new EmptyRuns();
    expect(runs.excessS(quiet)).toBe(0);
    for (let run = 0; run < 500; run++) {
      runs.note(busy, 60);
      runs.note(quiet, 360);
    }
    expect(runs.excessS(quiet)).toBeGreaterThan(60);
    expect(runs.excessS(busy)).toBeLessThan(-60);
    expect(runs.excessS({ lat: 40.6, lng: -74.2 })).toBe(0);
  });

  test('remember a bounded number of places, the most recent ones', () => {
    const runs = new EmptyRuns();
    runs.note(quiet, 1_000);
    runs.note(busy, 10);
    const side = Math.ceil(Math.sqrt(MAX_PLACES));
    for (let x = 0; x <= side; x++)
      for (let y = 0; y <= side; y++) runs.note({ lat: 10 + x * 0.05, lng: 10 + y * 0.05 }, 10);
    expect(runs.excessS(quiet)).toBe(0);
  });
});

test('the speed of approach converges to the travel times, and ignores pairs without a route', () => {
  const speed = new ApproachSpeed();
  const question = {
    pickups: [{ lat: 38.72, lng: -9.1 }],
    origins: [{ lat: 38.7, lng: -9.1 }],
    rowStarts: Uint32Array.of(0, 1),
    columns: Uint32Array.of(0),
  };
  for (let round = 0; round < 500; round++) speed.learn(question, axisEtas(question));
  expect(speed.mps).toBeCloseTo(8, 0);
  speed.learn(question, [Infinity]);
  expect(speed.mps).toBeCloseTo(8, 0);
});
