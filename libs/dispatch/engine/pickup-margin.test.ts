import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PickupMargin } from './pickup-margin.ts';

/** Pickups that take some of these multiples of what was foreseen, again and again. */
function learned(ratios: readonly number[], pickups: number, foreseenS = 100): number {
  const margin = new PickupMargin();
  for (let pickup = 0; pickup < pickups; pickup++)
    margin.note(foreseenS, foreseenS * (ratios[pickup % ratios.length] ?? 1));
  return margin.value;
}

test('is none where foreseen times hold, or are too long', () => {
  expect(learned([1], 1_000)).toBe(1);
  expect(learned([0.5, 0.9, 1], 1_000)).toBe(1);
});

test('comes to what nearly all drives stay below', () => {
  const ratios = Array.from({ length: 99 }, (_, place) => 0.6 + place * 0.01);
  expect(learned(ratios, 5_000)).toBeGreaterThan(1.45);
  expect(learned(ratios, 5_000)).toBeLessThan(1.6);
});

test('does not learn from the shortest drives', () => {
  expect(learned([3], 1_000, 10)).toBe(1);
});

test('stays within bounds whatever happens', () => {
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
