import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fareOf, type Tariff } from './fares.ts';

const CITY: Tariff = { baseMinor: 250, perKmMinor: 120, perMinMinor: 35, minimumMinor: 600, currency: 'USD' };

const minor = fc.integer({ min: 0, max: 100_000 });
const tariff: fc.Arbitrary<Tariff> = fc.record({
  baseMinor: minor,
  perKmMinor: minor,
  perMinMinor: minor,
  minimumMinor: minor,
  currency: fc.constantFrom('USD', 'EUR', 'JPY'),
});
const distanceM = fc.double({ min: 0, max: 200_000, noNaN: true });
const tripS = fc.double({ min: 0, max: 86_400, noNaN: true });
const surge = fc.double({ min: 1, max: 10, noNaN: true });
const ride = fc.tuple(distanceM, tripS, surge);

describe('fareOf', () => {
  test('is base, distance and time', () => {
    // 250 + 120 × 10 + 35 × 20
    expect(fareOf(CITY, 10_000, 1200)).toEqual({ amountMinor: 2150, currency: 'USD' });
  });

  test('is at least the minimum', () => {
    expect(fareOf(CITY, 500, 60).amountMinor).toBe(600);
  });

  test('multiplies by the surge, including the minimum', () => {
    expect(fareOf(CITY, 10_000, 1200, 1.5).amountMinor).toBe(3225);
    expect(fareOf(CITY, 500, 60, 1.5).amountMinor).toBe(900);
  });

  test('rounds once, half up', () => {
    const perMeter = { ...CITY, baseMinor: 0, perKmMinor: 1, perMinMinor: 0, minimumMinor: 0 };
    expect(fareOf(perMeter, 499, 0).amountMinor).toBe(0);
    expect(fareOf(perMeter, 500, 0).amountMinor).toBe(1);
    expect(fareOf({ ...perMeter, perMinMinor: 1 }, 300, 18).amountMinor).toBe(1);
  });

  test('is a whole number of minor units, never below the minimum, and always the same', () => {
    fc.assert(
      fc.property(tariff, ride, (tariff, [distanceM, tripS, surge]) => {
        const fare = fareOf(tariff, distanceM, tripS, surge);
        expect(Number.isSafeInteger(fare.amountMinor)).toBe(true);
        expect(fare.amountMinor).toBeGreaterThanOrEqual(tariff.minimumMinor);
        expect(fare.currency).toBe(tariff.currency);
        expect(fareOf(tariff, distanceM, tripS, surge)).toEqual(fare);
      }),
    );
  });

  test('never falls when distance, time or surge rises', () => {
    fc.assert(
      fc.property(tariff, ride, ride, (tariff, a, b) => {
        const low = a.map((value, index) => Math.min(value, b[index]!)) as [number, number, number];
        const high = a.map((value, index) => Math.max(value, b[index]!)) as [number, number, number];
        expect(fareOf(tariff, ...high).amountMinor).toBeGreaterThanOrEqual(
          fareOf(tariff, ...low).amountMinor,
        );
      }),
    );
  });

  test.each([
    [-1, 0, 1],
    [0, -1, 1],
    [0, 0, 0.9],
    [Number.NaN, 0, 1],
    [0, Infinity, 1],
  ])('refuses distance %d, time %d, surge %d', (distanceM, tripS, surge) => {
    expect(() => fareOf(CITY, distanceM, tripS, surge)).toThrow(RangeError);
  });
});
