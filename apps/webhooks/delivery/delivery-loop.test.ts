import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryPauseMs } from './delivery-loop.ts';

test('pauses triple up to an hour, and jitter shortens one by half at most', () => {
  const longest = Array.from({ length: 9 }, (_, index) => retryPauseMs(index + 1, 5_000, 1));
  expect(longest).toEqual([
    5_000, 15_000, 45_000, 135_000, 405_000, 1_215_000, 3_600_000, 3_600_000, 3_600_000,
  ]);
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), random, (attempts, chance) => {
      const most = retryPauseMs(attempts, 5_000, 1);
      expect(retryPauseMs(attempts, 5_000, chance)).toBeGreaterThanOrEqual(most / 2);
      expect(retryPauseMs(attempts, 5_000, chance)).toBeLessThanOrEqual(most);
    }),
  );
});
