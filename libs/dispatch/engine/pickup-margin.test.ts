import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PickupMargin } from './pickup-margin.ts';

/** The margin after pickups that repeatedly take these multiples of the prediction. */
function learned(ratios: readonly number[], pickups: number, foreseenS = 100): number {
  const margin = new PickupMargin();
  for (let pickup = 0; pickup < pickups; pickup++)
    margin.note(foreseenS, foreseenS * (ratios[pickup % ratios.length] ?? 1));
  return margin.value;
}

test('is 1 when predictions are right or too long', () => {
  expect(learned([1], 1_000)).toBe(1);
  expect(learned([0.5, 0.9, 1], 1_000)).toBe(1);
});

test('converges to a bound that nearly all drives keep', () => {
  const ratios = Array.from({ length: 99 }, (_, place) => 0.6 + place * 0.01);
  expect(learned(ratios, 5_000)).toBeGreaterThan(1.45);
  expect(learned(ratios, 5_000)).toBeLessThan(1.6);
});

test('does not learn from the shortest drives', () => {
  expect(learned([3], 1_000, 10)).toBe(1);
});

test('stays within its bounds for any drives', () => {
  const pickup = fc.record({
    foreseenS: fc.integer({ min: 0, max: 900 }),
    tookS: fc.integer({ min: 0, max: 9_000 }),
  });
  fc.assert(
    fc.property(fc.array(pickup, { maxLength: 400 }), (pickups) => {
      const margin = new PickupMargin();
      for (const { foreseenS, tookS } of pickups) margin.note(foreseenS, tookS);
      expect(margin.value).toBeGreaterThanOrEqual(1);
      expect(margin.value).toBeLessThanOrEqual(3);
    }),
  );
});
