import { describe, expect, test } from 'vitest';
import { checkDesign, checkMutant } from './check-model.ts';
import { INVARIANTS, MUTANTS } from './claims-of-the-model.ts';
import { readOutput } from './run-quint.ts';

const STEPS = 100;
const TIMEOUT_MS = 300_000;

describe('the model of ownership', () => {
  test(
    'keeps its invariants and reaches every witness from a fixed seed',
    { timeout: TIMEOUT_MS },
    async () => {
      const { violated, unreached, replay } = await checkDesign({ samples: 150, steps: STEPS, seed: 1 });
      expect({ violated, unreached, replay }).toEqual({ violated: [], unreached: [], replay: undefined });
    },
  );

  test('keeps its invariants from a random seed', { timeout: TIMEOUT_MS }, async () => {
    const seed = 1 + Math.floor(Math.random() * 0xffff_ffff);
    console.log(`model: seed ${seed}`);
    const { violated, replay } = await checkDesign({ samples: 80, steps: STEPS, seed });
    expect({ violated, replay }).toEqual({ violated: [], replay: undefined });
  });

  test.each(Object.keys(MUTANTS))('%s is caught', { timeout: TIMEOUT_MS }, async (mutant) => {
    const reports = await checkMutant(mutant, { samples: 1, steps: STEPS, seed: 1 });
    expect(reports.filter(({ caught }) => !caught)).toEqual([]);
    expect(reports).not.toHaveLength(0);
  });

  test('every invariant is broken by some mutant', () => {
    const broken = new Set(Object.values(MUTANTS).flat());
    expect(INVARIANTS.filter((invariant) => !broken.has(invariant))).toEqual([]);
  });

  test('missing verdicts of Quint are errors', () => {
    const exploration = { module: 'design', samples: 1, steps: 1, seed: 1, invariants: INVARIANTS };
    expect(() => readOutput('error: parsing failed', exploration)).toThrow('no verdict');
  });
});
