import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { ATTACK_GROUPS } from '../../proof/attack/options.ts';
import { runAttacks, type AttackResult } from '../../proof/attack/runner/run-attacks.ts';

/** Fewer would mean that attacks were lost, not that the city is safer. */
const LEAST_ATTACKS = 900;
const LIMIT_MS = 240_000;

const directory = temporaryDirectory('attack-test');
let result: AttackResult;

beforeAll(async () => {
  const spec = { directory: directory.path, seed: 1, shortens: true, only: ATTACK_GROUPS };
  result = await runAttacks(spec, () => {});
}, LIMIT_MS);
afterAll(() => {
  if (result?.worked.length === 0 && result.broken.length === 0) directory.remove();
  else directory.keep();
});

test('no attack works, and each could be carried out', () => {
  expect({ worked: result.worked, broken: result.broken, looked: directory.path }).toMatchObject({
    worked: [],
    broken: [],
  });
});

test('every group attacked', () => {
  expect(Object.keys(result.by_group).toSorted()).toEqual(ATTACK_GROUPS.toSorted());
  expect(result.tried).toBeGreaterThan(LEAST_ATTACKS);
});
