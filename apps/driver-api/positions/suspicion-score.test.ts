import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MIN_REPORTED_SCORE, suspicionScore } from './suspicion-score.ts';

test('one mocked position is reported, one stray position is not, several are', () => {
  expect(suspicionScore({ impossible_track: 0, mocked_position: 0 })).toBe(0);
  expect(suspicionScore({ impossible_track: 0, mocked_position: 1 })).toBe(0.5);
  expect(suspicionScore({ impossible_track: 1, mocked_position: 0 })).toBeLessThan(MIN_REPORTED_SCORE);
  expect(suspicionScore({ impossible_track: 3, mocked_position: 0 })).toBeGreaterThan(MIN_REPORTED_SCORE);
});

test('the score lies between 0 and 1, and never falls with a further doubt', () => {
  const count = fc.nat({ max: 10_000 });
  fc.assert(
    fc.property(count, count, (impossible_track, mocked_position) => {
      const score = suspicionScore({ impossible_track, mocked_position });
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
      expect(
        suspicionScore({ impossible_track: impossible_track + 1, mocked_position }),
      ).toBeGreaterThanOrEqual(score);
      expect(
        suspicionScore({ impossible_track, mocked_position: mocked_position + 1 }),
      ).toBeGreaterThanOrEqual(score);
    }),
  );
});
