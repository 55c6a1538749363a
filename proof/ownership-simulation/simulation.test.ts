import { describe, expect, test } from 'vitest';
import { MUTATIONS } from './mutations.ts';
import { simulate } from './simulation.ts';

const FIXED_SEEDS = 600;
const FRESH_SEEDS = 200;
/** Within so many seeds each missing guard shows; most take one or two. */
const SEEDS_TO_CATCH = 400;
const TEST_LIMIT_MS = 300_000;

function violations(first: number, count: number): string[] {
  const found: string[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const { violation } = simulate(seed);
    if (violation !== undefined)
      found.push(`npm run simulate -- --seeds 1 --seed ${seed} --trace: ${violation}`);
  }
  return found;
}

describe(
  'ownership under crashes, freezes, cuts, lost messages and fail-overs',
  { timeout: TEST_LIMIT_MS },
  () => {
    test(`holds for ${FIXED_SEEDS} seeds`, () => {
      expect(violations(1, FIXED_SEEDS)).toEqual([]);
    });

    test(`holds for ${FRESH_SEEDS} seeds that were never tried`, () => {
      const first = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
      expect(violations(first, FRESH_SEEDS)).toEqual([]);
    });

    test('is the same run for the same seed', () => {
      expect(simulate(7)).toEqual(simulate(7));
    });

    test('does all that is to be tried', () => {
      const counts = Array.from({ length: 20 }, (_, seed) => simulate(seed + 1).counts);
      for (const what of ['offers', 'fenced', 'deposed', 'splits', 'merges', 'moves', 'reowned'] as const)
        expect(
          counts.reduce((sum, each) => sum + each[what], 0),
          what,
        ).toBeGreaterThan(0);
    });

    test.each(MUTATIONS)('is seen to break: %s', (mutation) => {
      let seed = 1;
      while (seed <= SEEDS_TO_CATCH && simulate(seed, { mutation }).violation === undefined) seed++;
      expect(seed).toBeLessThanOrEqual(SEEDS_TO_CATCH);
    });
  },
);
