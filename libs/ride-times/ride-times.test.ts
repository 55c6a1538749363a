import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '#libs/random';
import { normalQuantile } from './normal-quantile.ts';
import { RideTimes, type CompletedRide } from './index.ts';

const MS_PER_HOUR = 3_600_000;
const MONDAY_MS = Date.UTC(2026, 10, 2);
const NORTH = { lat: 40.78, lng: -73.97 };
const SOUTH = { lat: 40.71, lng: -74.01 };
const localHour = (atMs: number): number => Math.floor(atMs / MS_PER_HOUR);

function made(): RideTimes {
  return new RideTimes(localHour);
}

/** Rides one after the other, a minute apart. */
function learn(
  times: RideTimes,
  count: number,
  actualS: (ride: number) => number,
  change: Partial<CompletedRide> = {},
): number {
  const fromMs = change.startedAtMs ?? MONDAY_MS;
  const ride = { pickup: NORTH, dropoff: SOUTH, streetS: 600, ...change };
  for (let number = 0; number < count; number++)
    times.observe({ ...ride, startedAtMs: fromMs + number * 60_000, actualS: actualS(number) });
  return fromMs + count * 60_000;
}

const question = { pickup: NORTH, dropoff: SOUTH, atMs: MONDAY_MS, streetS: 600 };

const anyRide: fc.Arbitrary<CompletedRide> = fc.record({
  pickup: fc.record({
    lat: fc.double({ min: -89, max: 89, noNaN: true }),
    lng: fc.double({ min: -179, max: 179, noNaN: true }),
  }),
  dropoff: fc.record({
    lat: fc.double({ min: 40.7, max: 40.8, noNaN: true }),
    lng: fc.double({ min: -74, max: -73.9, noNaN: true }),
  }),
  startedAtMs: fc.integer({ min: MONDAY_MS, max: MONDAY_MS + 21 * 24 * MS_PER_HOUR }),
  streetS: fc.oneof(fc.double({ min: 0, max: 7_200, noNaN: true }), fc.constantFrom(NaN, Infinity, -5)),
  actualS: fc.oneof(fc.double({ min: 0, max: 36_000, noNaN: true }), fc.constantFrom(NaN, Infinity, -5)),
});

describe('ride times', () => {
  test('without rides are the street times, with a wide spread', () => {
    const { meanS, factor, weight, quantileS } = made().estimate(question);
    expect([meanS, factor, weight]).toEqual([600, 1, 0]);
    expect(quantileS(0.5)).toBeCloseTo(600);
    expect(quantileS(0.9)).toBeGreaterThan(1_000);
    expect(quantileS(0.1)).toBeLessThan(360);
  });

  test('converge to what rides take, in mean and in quantiles', () => {
    const times = made();
    const random = randomStream(1, 'rides');
    const actualS = () => 900 * Math.exp(0.2 * random.normal());
    let atMs = learn(times, 1_000, actualS);
    const factors = Array.from({ length: 1_000 }, () => {
      atMs = learn(times, 1, actualS, { startedAtMs: atMs });
      return times.estimate({ ...question, atMs }).factor;
    });
    const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
    expect(Math.abs(mean / (1.5 * Math.exp(0.2 ** 2 / 2)) - 1)).toBeLessThan(0.015);
    const { weight, quantileS } = times.estimate({ ...question, atMs });
    expect(weight).toBeGreaterThan(0.6);
    expect(quantileS(0.9) / quantileS(0.5)).toBeGreaterThan(Math.exp(0.2 * 1.28));
    expect(quantileS(0.9) / quantileS(0.5)).toBeLessThan(Math.exp(0.35 * 1.28));
  });

  test('one ride moves them less than many that agree', () => {
    const factors = [1, 5, 25, 500].map((count) => {
      const times = made();
      const atMs = learn(times, count, () => 900);
      return times.estimate({ ...question, atMs }).factor;
    });
    expect(factors).toEqual(factors.toSorted((a, b) => a - b));
    expect(factors[0]).toBeLessThan(1.15);
    expect(factors[3]).toBeCloseTo(1.5, 1);
  });

  test('differ by place, and a place without rides gets what the city has', () => {
    const times = made();
    const east = { lat: 40.76, lng: -73.9 };
    let atMs = MONDAY_MS;
    for (let round = 0; round < 100; round++) {
      atMs = learn(times, 1, () => 840, { startedAtMs: atMs });
      atMs = learn(times, 1, () => 600, { startedAtMs: atMs, pickup: SOUTH, dropoff: east });
    }
    const at = (pickup: typeof NORTH, dropoff: typeof NORTH) =>
      times.estimate({ pickup, dropoff, atMs, streetS: 600 }).factor;
    expect(at(NORTH, SOUTH)).toBeGreaterThan(at(SOUTH, east) + 0.15);
    const elsewhere = at({ lat: 40.6, lng: -73.8 }, { lat: 40.62, lng: -73.7 });
    expect(elsewhere).toBeLessThan(at(NORTH, SOUTH));
    expect(elsewhere).toBeGreaterThan(at(SOUTH, east));
  });

  test('remember the hours of earlier days, and do not take one hour for all of them', () => {
    const times = made();
    for (let day = 0; day < 21; day++)
      for (let hour = 0; hour < 24; hour++)
        learn(times, 30, () => (hour >= 17 && hour < 20 ? 900 : 600), {
          startedAtMs: MONDAY_MS + (day * 24 + hour) * MS_PER_HOUR,
        });
    const at = (hour: number) =>
      times.estimate({ ...question, atMs: MONDAY_MS + (21 * 24 + hour) * MS_PER_HOUR }).factor;
    expect(at(18)).toBeGreaterThan(at(10) + 0.15);
  });

  test('follow the traffic of today within minutes, whatever was learned before', () => {
    const times = made();
    learn(times, 3_000, () => 600);
    const from = MONDAY_MS + 3_000 * 60_000;
    const before = times.estimate({ ...question, atMs: from }).factor;
    const atMs = learn(times, 60, () => 900, { startedAtMs: from });
    expect(before).toBeLessThan(1.03);
    expect(times.estimate({ ...question, atMs }).factor).toBeGreaterThan(1.2);
  });

  test('forget: with time they return to the street times, and the spread to the first doubt', () => {
    const times = made();
    const atMs = learn(times, 500, () => 900);
    const ages = [0, 30, 365].map((days) =>
      times.estimate({ ...question, atMs: atMs + days * 24 * MS_PER_HOUR }),
    );
    expect(ages[0]?.factor).toBeGreaterThan(1.4);
    expect(ages[1]?.factor).toBeLessThan(ages[0]?.factor ?? 0);
    expect(ages[2]?.factor).toBeCloseTo(1, 1);
    expect(ages[2]?.weight).toBeLessThan(0.01);
  });

  test.each([0, 36_000])('a ride of %d s after many right ones changes little', (absurdS) => {
    const [plain, times] = [made(), made()];
    learn(plain, 500, () => 600);
    const atMs = learn(times, 500, (ride) => (ride === 499 ? absurdS : 600));
    const factor = times.estimate({ ...question, atMs }).factor;
    expect(Math.abs(factor - plain.estimate({ ...question, atMs }).factor)).toBeLessThan(0.1);
  });

  test('any rides leave finite estimates within bounds, ordered quantiles, and bounded memory', () => {
    fc.assert(
      fc.property(fc.array(anyRide, { maxLength: 150 }), (rides) => {
        const times = made();
        for (const ride of rides) times.observe(ride);
        const { meanS, factor, weight, quantileS } = times.estimate(question);
        expect(factor).toBeGreaterThanOrEqual(1 / 3);
        expect(factor).toBeLessThanOrEqual(3);
        expect(meanS).toBeCloseTo(600 * factor);
        expect(weight).toBeGreaterThanOrEqual(0);
        expect(weight).toBeLessThanOrEqual(1);
        const quantiles = [0.1, 0.5, 0.9].map(quantileS);
        expect(quantiles.every(Number.isFinite)).toBe(true);
        expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
      }),
    );
  });

  test('the same rides give the same times, and a snapshot continues as its model', () => {
    fc.assert(
      fc.property(
        fc.array(anyRide, { maxLength: 60 }),
        fc.array(anyRide, { maxLength: 60 }),
        (first, then) => {
          const [times, again] = [made(), made()];
          for (const ride of first) for (const model of [times, again]) model.observe(ride);
          expect(times.snapshot()).toEqual(again.snapshot());
          const text = JSON.stringify(times.snapshot());
          const restored = RideTimes.from(JSON.parse(text) as ReturnType<RideTimes['snapshot']>, localHour);
          for (const ride of then) for (const model of [times, restored]) model.observe(ride);
          expect(restored.snapshot()).toEqual(times.snapshot());
          expect(restored.estimate(question).meanS).toBe(times.estimate(question).meanS);
        },
      ),
    );
  });

  test('places beyond the limit are forgotten, those observed least recently first', () => {
    const times = made();
    for (let ride = 0; ride < 6_000; ride++)
      times.observe({
        pickup: { lat: -60 + ride * 0.02, lng: -74 + ride * 0.02 },
        dropoff: SOUTH,
        startedAtMs: MONDAY_MS,
        streetS: 600,
        actualS: 700,
      });
    expect(times.snapshot().effects['pickup']).toHaveLength(5_000);
  });
});

test('a normal quantile has the tabulated values, and none outside of 0 to 1', () => {
  expect(normalQuantile(0.5)).toBeCloseTo(0, 9);
  expect(normalQuantile(0.9)).toBeCloseTo(1.2815515655, 7);
  expect(normalQuantile(0.001)).toBeCloseTo(-3.0902323062, 7);
  expect(normalQuantile(0.999)).toBeCloseTo(3.0902323062, 7);
  for (const share of [0, 1, -1, NaN]) expect(() => normalQuantile(share)).toThrow(RangeError);
});
