import { expect, test } from 'vitest';
import { change, SHARD } from './good-facts.ts';
import type { TenureFact } from './facts.ts';
import { percentiles } from './percentiles.ts';
import { Tenures } from './tenures.ts';

function fact(
  matcher: string,
  event: TenureFact['event'],
  atMs: number,
  epoch: number,
  shard = SHARD,
): TenureFact {
  return { matcher, event, atMs, shards: [{ shard, epoch }] };
}

test('a planned move stalls its shard from the last drain until the new owner takes over', () => {
  const tenures = new Tenures([
    fact('matcher-1', 'shards_drained', 100, 3), // given up
    fact('matcher-1', 'shards_drained', 500, 3),
    fact('matcher-2', 'shards_taken_over', 620, 4),
    fact('matcher-2', 'shards_drained', 900, 4),
  ]);
  expect(tenures.handoffStalls([change(4, 2n, { owner: 'matcher-2' })])).toEqual([
    { shard: SHARD, atMs: 500, stallMs: 120 },
  ]);
});

test('only a planned handoff counts as a stall', () => {
  const tenures = new Tenures([
    fact('matcher-1', 'shards_drained', 500, 3),
    fact('matcher-2', 'shards_taken_over', 620, 4),
  ]);
  expect(tenures.handoffStalls([change(4, 2n, { kind: 'reowned', owner: 'matcher-2' })])).toEqual([]);
});

test('shards have recovered when the last one is matched under a later epoch', () => {
  const tenures = new Tenures([
    fact('matcher-1', 'shards_taken_over', 50, 3),
    fact('matcher-2', 'shards_taken_over', 800, 4),
    fact('matcher-3', 'shards_taken_over', 900, 7, 'other'),
  ]);
  const before = [{ shard: SHARD, epoch: 3 }];
  expect(tenures.takenOverAtMs(before)).toBe(800);
  expect(tenures.takenOverAtMs([...before, { shard: 'other', epoch: 6 }])).toBe(900);
  expect(tenures.takenOverAtMs([...before, { shard: 'other', epoch: 7 }])).toBeUndefined();
  expect(tenures.takenOverAtMs([...before, { shard: 'other', epoch: 7 }], new Set(['other']))).toBe(800);
});

test('percentiles are actual samples', () => {
  expect(percentiles([])).toEqual({ count: 0, p50: null, p99: null, max: null });
  expect(percentiles([30, 10, 20])).toEqual({ count: 3, p50: 20, p99: 30, max: 30 });
});
