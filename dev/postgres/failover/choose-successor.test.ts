import { array, assert, boolean, integer, property, record, type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseSuccessor, neededStandbys, type ReachedStandby } from './choose-successor.ts';

describe('how many standbys must be known', () => {
  test.each([
    { standbys: 1, confirmations: 1, needed: 1 },
    { standbys: 2, confirmations: 1, needed: 2 },
    { standbys: 2, confirmations: 2, needed: 1 },
    { standbys: 3, confirmations: 2, needed: 2 },
    { standbys: 2, confirmations: 0, needed: 1 },
  ])('ANY $confirmations of $standbys: $needed', ({ needed, ...quorum }) => {
    expect(neededStandbys(quorum)).toBe(needed);
  });
});

/** A cluster in which each commit was confirmed by k of n standbys, whose logs are prefixes of one log. */
const history = record({
  standbys: integer({ min: 1, max: 5 }),
  commits: integer({ min: 0, max: 20 }),
}).chain(({ standbys, commits }) =>
  record({
    confirmations: integer({ min: 1, max: standbys }),
    logs: array(integer({ min: 0, max: commits }), { minLength: standbys, maxLength: standbys }),
    isReached: array(boolean(), { minLength: standbys, maxLength: standbys }),
  }),
);

type History = typeof history extends Arbitrary<infer T> ? T : never;

/** The last commit that k standbys have. */
function acknowledged({ logs, confirmations }: History): number {
  return logs.toSorted((a, b) => b - a)[confirmations - 1]!;
}

function reachedOf({ logs, isReached }: History): ReachedStandby[] {
  return logs.flatMap((log, index) => (isReached[index]! ? [{ name: String(index), lsn: BigInt(log) }] : []));
}

test('whoever is promoted has every acknowledged commit', () => {
  assert(
    property(history, (world) => {
      const quorum = { standbys: world.logs.length, confirmations: world.confirmations };
      const chosen = chooseSuccessor(quorum, reachedOf(world));
      const has = chosen === undefined ? Infinity : world.logs[Number(chosen)];
      expect(has).toBeGreaterThanOrEqual(acknowledged(world));
    }),
  );
});

test('somebody is promoted wherever that many are reached', () => {
  assert(
    property(history, (world) => {
      const quorum = { standbys: world.logs.length, confirmations: world.confirmations };
      const reached = reachedOf(world);
      const chosen = chooseSuccessor(quorum, reached);
      expect(chosen !== undefined).toBe(reached.length >= neededStandbys(quorum));
    }),
  );
});
