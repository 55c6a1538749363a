import { describe, expect, test } from 'vitest';
import { MUTATIONS, type Mutation } from './mutations.ts';
import { simulate } from './simulation.ts';

/** Duration of each exploration; `npm run simulate -- --seeds N` explores without a limit. */
const EXPLORATION_MS = 10_000;
/** A slow machine explores at least this many seeds. */
const LEAST_SEEDS = 50;
const TEST_LIMIT_MS = 300_000;

/** A seed that violates an invariant without each guard; after a change of the protocol one of the next seeds does. */
const SHOWN_BY_SEED: Readonly<Record<Mutation, number>> = {
  no_for_share: 19,
  no_epoch_check: 8,
  no_claim_key: 1,
  no_term_check: 1,
  no_seen_epoch_check: 160,
  split_without_epoch_rule: 1,
};
const SEEDS_TO_SHOW = 400;

/** Violations from `first` on, each with the command that replays it. */
function explore(first: number): string[] {
  const endsAtMs = performance.now() + EXPLORATION_MS;
  const found: string[] = [];
  for (let seed = first; seed < first + LEAST_SEEDS || performance.now() < endsAtMs; seed++) {
    const { violation } = simulate(seed);
    if (violation !== undefined)
      found.push(`npm run simulate -- --seeds 1 --seed ${seed} --trace: ${violation}`);
  }
  return found;
}

describe(
  'ownership under crashes, freezes, cuts, lost messages and failovers',
  { timeout: TEST_LIMIT_MS },
  () => {
    test('holds for the first seeds', () => {
      expect(explore(1)).toEqual([]);
    });

    test('holds for fresh random seeds', () => {
      expect(explore(1_000_000 + Math.floor(Math.random() * 1_000_000_000))).toEqual([]);
    });

    test('gives the same run for the same seed', () => {
      expect(simulate(7)).toEqual(simulate(7));
    });

    test('reaches every kind of event', () => {
      const counts = Array.from({ length: 20 }, (_, seed) => simulate(seed + 1).counts);
      for (const kind of ['offers', 'fenced', 'deposed', 'splits', 'merges', 'moves', 'reowned'] as const)
        expect(
          counts.reduce((sum, each) => sum + each[kind], 0),
          kind,
        ).toBeGreaterThan(0);
    });

    test.each(MUTATIONS)('breaks without a guard: %s', (mutation) => {
      const first = SHOWN_BY_SEED[mutation];
      let seed = first;
      while (seed < first + SEEDS_TO_SHOW && simulate(seed, { mutation }).violation === undefined) seed++;
      expect(seed).toBeLessThan(first + SEEDS_TO_SHOW);
    });
  },
);
