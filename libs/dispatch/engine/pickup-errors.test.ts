import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PickupErrors } from './pickup-errors.ts';

/** What is learned from pickups that repeatedly take these multiples of the estimated time. */
function learned(ratios: readonly number[], pickups: number, estimatedS = 100): PickupErrors {
  const errors = new PickupErrors();
  for (let pickup = 0; pickup < pickups; pickup++)
    errors.note(estimatedS, estimatedS * (ratios[pickup % ratios.length] ?? 1));
  return errors;
}

test('mean and deviation converge to those of the drives', () => {
  const errors = learned([0.8, 1, 1.2, 1.4], 4_000);
  expect(errors.ratio).toBeCloseTo(1.1, 1);
  expect(errors.spread).toBeCloseTo(0.22, 1);
});

test('right predictions end the first doubt', () => {
  expect(learned([1], 0).spread).toBeCloseTo(0.2);
  expect(learned([1], 2_000).spread).toBeLessThan(0.05);
  expect(learned([1], 2_000).ratio).toBeCloseTo(1);
});

test('the shortest drives teach nothing, and an interrupted one little', () => {
  expect(learned([3], 1_000, 10).ratio).toBe(1);
  expect(learned([1_000], 1).ratio).toBeLessThanOrEqual(3);
});

test('both stay finite and positive for any drives', () => {
  const drive = fc.record({
    estimatedS: fc.integer({ min: 0, max: 900 }),
    tookS: fc.integer({ min: 0, max: 9_000 }),
  });
  fc.assert(
    fc.property(fc.array(drive, { maxLength: 400 }), (drives) => {
      const errors = new PickupErrors();
      for (const { estimatedS, tookS } of drives) errors.note(estimatedS, tookS);
      expect(errors.ratio).toBeGreaterThanOrEqual(0);
      expect(errors.ratio).toBeLessThanOrEqual(5);
      expect(errors.spread).toBeGreaterThanOrEqual(0);
      expect(errors.spread).toBeLessThanOrEqual(5);
    }),
  );
});
