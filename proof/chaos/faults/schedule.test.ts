import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FAULT_KINDS, parseFaults } from './fault-kinds.ts';
import { schedule, type PlannedFault } from './schedule.ts';

function first(count: number, seed: number, list: string): PlannedFault[] {
  const faults = schedule(seed, parseFaults(list));
  return Array.from({ length: count }, () => faults.next().value);
}

test('the same seed gives the same faults; each round has every kind once, with its duration', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), (seed) => {
      const faults = first(3 * FAULT_KINDS.length, seed, 'all');
      expect(first(3 * FAULT_KINDS.length, seed, 'all')).toEqual(faults);
      for (const from of [0, 1, 2]) {
        const round = faults.slice(from * FAULT_KINDS.length, (from + 1) * FAULT_KINDS.length);
        expect(round.map(({ kind }) => kind).toSorted()).toEqual(FAULT_KINDS.toSorted());
      }
      for (const { kind, lastsMs, target } of faults) {
        const [wanted] = parseFaults(kind);
        expect(lastsMs).toBeGreaterThanOrEqual(wanted!.lastsS[0] * 1000);
        expect(lastsMs).toBeLessThanOrEqual(wanted!.lastsS[1] * 1000);
        expect(target >= 0 && target < 1).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test('different seeds give different orders', () => {
  const orders = Array.from({ length: 20 }, (_, seed) =>
    first(FAULT_KINDS.length, seed, 'all')
      .map(({ kind }) => kind)
      .join(),
  );
  expect(new Set(orders).size).toBeGreaterThan(15);
});

test('a list may set the duration of a fault', () => {
  expect(parseFaults('freeze:matcher=6, nats-all')).toMatchObject([
    { kind: 'freeze:matcher', lastsS: [6, 6] },
    { kind: 'nats-all' },
  ]);
  expect(() => parseFaults('kill9:everything')).toThrow('is not one of');
  expect(() => parseFaults('freeze:matcher=soon')).toThrow('invalid duration');
});
