import { expect, test } from 'vitest';
import { databaseText, failoverFacts } from './database-state.ts';

const trace = { failed: 'postgres_1', cause: 'ended', detectedAtMs: 1_000 } as const;
const done = { ...trace, promoted: 'postgres_2', promotedAtMs: 1_400, writableAtMs: 2_440 };

test('a whole database, and one without its standby', () => {
  expect(databaseText({ primary: 'postgres_1', isWhole: true, failovers: [] })).toBe(
    'primary postgres_1, all standbys follow',
  );
  expect(databaseText({ primary: 'postgres_1', isWhole: false, failovers: [] })).toContain(
    'a standby is being brought back',
  );
});

test('failovers are counted with the slowest time; one in progress has no time yet', () => {
  const state = { primary: 'postgres_2', isWhole: true };
  expect(databaseText({ ...state, failovers: [trace] })).toMatch(/; 1 failover$/);
  expect(databaseText({ ...state, failovers: [done] })).toMatch(/; 1 failover, commits again after 1\.4 s$/);
  const slower = { ...done, writableAtMs: 5_000 };
  expect(databaseText({ ...state, failovers: [done, slower] })).toMatch(/; 2 failovers, .* 4\.0 s at most$/);
});

test('the facts of a failover in the result', () => {
  expect(failoverFacts([done, trace])).toEqual([
    { failed: 'postgres_1', cause: 'ended', promoted: 'postgres_2', writable_after_s: 1.4 },
    { failed: 'postgres_1', cause: 'ended', promoted: null, writable_after_s: null },
  ]);
});
