import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomStream } from './random.ts';

const draw = (seed: number, kind: string, ...numbers: number[]): number[] => {
  const random = randomStream(seed, kind, ...numbers);
  return Array.from({ length: 8 }, () => random.uint32());
};

test('a stream depends on its seed, kind and numbers alone', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.string(), fc.array(fc.nat()), (seed, kind, numbers) => {
      expect(draw(seed, kind, ...numbers)).toEqual(draw(seed, kind, ...numbers));
      expect(draw(seed, kind, ...numbers)).not.toEqual(draw(seed + 1, kind, ...numbers));
      expect(draw(seed, kind, ...numbers)).not.toEqual(draw(seed, `${kind}x`, ...numbers));
      expect(draw(seed, kind, ...numbers)).not.toEqual(draw(seed, kind, ...numbers, 0));
    }),
  );
});

test('neighbouring streams share no pattern: their first draws are spread evenly', () => {
  const buckets = new Uint32Array(10);
  for (let index = 0; index < 10_000; index++) {
    const bucket = Math.floor(randomStream(1, 'driver', index).fraction() * 10);
    buckets[bucket] = buckets[bucket]! + 1;
  }
  // Chi-squared with 9 degrees of freedom: 27.9 is exceeded once in a thousand.
  const chiSquared = buckets.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  expect(chiSquared).toBeLessThan(27.9);
});

test('draws stay within their range', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 1000 }), (seed, count) => {
      const random = randomStream(seed, 'range');
      expect(random.below(count)).toBeLessThan(count);
      const between = random.between(-3, 5);
      expect(between >= -3 && between < 5).toBe(true);
      expect(random.exponential(10)).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(random.normal())).toBe(true);
      expect(random.chance(0)).toBe(false);
      expect(random.chance(1)).toBe(true);
    }),
  );
});
