import * as fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { propertySettings, replayLine } from './property-seeds.ts';

const isSmall = fc.property(fc.nat(), (n) => n < 1_000);
const place = { file: 'libs/x/y.test.ts', test: "a suite > it's small (really)" };

/** The variables that a replay line sets. */
function variablesOf(line: string): Record<string, string> {
  return Object.fromEntries(
    [...line.matchAll(/(HAILGRID_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  );
}

describe('a property that fails', () => {
  test('prints a command with its seed, path and test', () => {
    const details = fc.check(isSmall, { seed: 7, path: '' });
    expect(replayLine(details, place)).toBe(
      `HAILGRID_PROPERTY_SEED=7 HAILGRID_PROPERTY_PATH=${details.counterexamplePath} ` +
        String.raw`npm test -- libs/x/y.test.ts -t 'a suite > it'\''s small \(really\)'`,
    );
    expect(replayLine(fc.check(fc.property(fc.nat(), () => true)), place)).toBeUndefined();
  });

  test('fails at once with the same counterexample when replayed by the command', () => {
    const details = fc.check(isSmall);
    const replayed = fc.check(isSmall, propertySettings(variablesOf(replayLine(details, place)!)));
    expect(replayed).toMatchObject({ failed: true, numRuns: 1, counterexample: details.counterexample });
  });

  test.each([
    ['synchronous', () => fc.assert(isSmall)],
    ['asynchronous', () => fc.assert(fc.asyncProperty(fc.nat(), (n) => Promise.resolve(n < 1_000)))],
  ])('carries the command in its error (%s)', async (_, run) => {
    await expect((async () => run())()).rejects.toThrow(
      /Counterexample: \[1000\][^]*Replay: HAILGRID_PROPERTY_SEED=-?\d+ HAILGRID_PROPERTY_PATH=\S+ npm test -- dev\/test-world\/property-seeds\.test\.ts -t 'a property that fails > carries/,
    );
  });
});

/** Set in the child runs below only. */
const FAILS_ON_PURPOSE = 'HAILGRID_TEST_FAILS_ON_PURPOSE';

describe.runIf(process.env[FAILS_ON_PURPOSE] === '1')('in a child run', () => {
  test('fails on purpose (always)', () => {
    expect(fc.assert(isSmall)).toBeUndefined();
  });
});

test('a test run prints the command, and the command runs that case of that test alone', () => {
  const first = runVitest({}, ['dev/test-world/property-seeds.test.ts', '-t', 'fails on purpose']);
  const [, variables, file, pattern] = /Replay: (\S+ \S+) npm test -- (\S+) -t '(.*)'/.exec(first) ?? [];
  const replayed = runVitest(variablesOf(variables ?? ''), [file ?? '', '-t', pattern ?? '']);
  expect(replayed).toContain('Property failed after 1 tests');
  expect(replayed).toContain('Counterexample: [1000]');
  expect(replayed).toMatch(/Tests\s+1 failed \| \d+ skipped/);
});

function runVitest(variables: Record<string, string>, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync('npx', ['vitest', 'run', '--no-color', ...args], {
    env: { ...process.env, ...variables, [FAILS_ON_PURPOSE]: '1', NO_COLOR: '1' },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return stdout + stderr;
}

describe('HAILGRID_PROPERTY_RUNS', () => {
  test('sets the number of cases, and refuses a text that is not a number', () => {
    expect(propertySettings({ HAILGRID_PROPERTY_RUNS: '50000' })).toEqual({ numRuns: 50_000 });
    expect(propertySettings({ HAILGRID_PROPERTY_SEED: '-5', HAILGRID_PROPERTY_PATH: '' })).toEqual({
      seed: -5,
    });
    expect(() => propertySettings({ HAILGRID_PROPERTY_RUNS: 'many' })).toThrow('HAILGRID_PROPERTY_RUNS');
    expect(() => propertySettings({ HAILGRID_PROPERTY_RUNS: '0' })).toThrow('from 1 on');
  });
});
