import { expect, test } from 'vitest';
import { LiveShards } from './live-shards.ts';

const SHARD = '86393361fffffff';
const CHILD = '87393361effffff';
const claim = (epoch: number, owner: string | null, shard = SHARD) => ({ shard, epoch, owner });

test('the highest epoch counts; a shard that was split has gone', () => {
  const shards = new LiveShards();
  shards.hint([claim(2, 'matcher-2')], 0);
  shards.hint([claim(1, 'matcher-1')], 0);
  expect(shards.current()).toEqual([claim(2, 'matcher-2')]);
  shards.hint([claim(3, null), claim(4, 'matcher-1', CHILD)], 0);
  expect(shards.current()).toEqual([claim(4, 'matcher-1', CHILD)]);
});

test('a list corrects a false claim, but not one that it is too early for', () => {
  const shards = new LiveShards();
  shards.hint([claim(9_999, 'thief')], 0);
  shards.hint([claim(3, 'matcher-2', CHILD)], 50_000);
  shards.reconcile([claim(2, 'matcher-1')], 60_000);
  expect(shards.current()).toEqual([claim(3, 'matcher-2', CHILD)]);
  shards.reconcile([claim(2, 'matcher-1')], 90_000);
  expect(shards.current()).toEqual([claim(2, 'matcher-1')]);
});

test('loads are of living owners', () => {
  const shards = new LiveShards();
  shards.reconcile([claim(1, 'matcher-1')], 0);
  const load = { open_trips: 0, requests_per_s: 0, pings_per_s: 0, busy_ms_per_s: 7 };
  const beat = {
    matcher: 'matcher-1',
    incarnation: '',
    shards_owned: 1,
    round_p99_ms: 0,
    drivers_in_dead_part: 0,
  };
  shards.noteLoad({ ...beat, shards: [{ shard: SHARD, epoch: 1, load }] }, 0);
  expect([...shards.loads(10_000)]).toEqual([[SHARD, 7]]);
  expect(shards.loads(10_001).size).toBe(0);
});
