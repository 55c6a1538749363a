import { cellToChildren, latLngToCell } from 'h3-js';
import { expect, test } from 'vitest';
import type { MapShard } from '../../protocol/map-messages.ts';
import { NO_SHARDS, SHARD_EVENTS_KEPT, withShardNews, wordsOf, type ShardHistory } from './shard-events.ts';

const PARENT = latLngToCell(38.72, -9.14, 6);
const OTHER = latLngToCell(41.1, -8.6, 6);
const CHILDREN = cellToChildren(PARENT, 7);

function shard(cell: string, owner: string | null, epoch = 1): MapShard {
  return { shard: cell, owner, epoch };
}

function told(before: ShardHistory, shards: MapShard[], gone: string[] = [], isWhole = false): ShardHistory {
  return withShardNews(before, { shards, shards_gone: gone, at_ms: 5 }, isWhole);
}

const FOUND = told(NO_SHARDS, [shard(PARENT, 'matcher-1'), shard(OTHER, 'matcher-2')], [], true);

test('what the page finds is no event', () => {
  expect(FOUND.events).toEqual([]);
  expect(FOUND.shards.size).toBe(2);
});

test('a handoff, a death and a takeover are told, newest first', () => {
  const moved = told(FOUND, [shard(PARENT, 'matcher-2', 7)]);
  const lost = told(moved, [shard(PARENT, null, 7)]);
  const taken = told(lost, [shard(PARENT, 'matcher-3', 8)]);
  expect(taken.events.map((event) => [wordsOf(event), event.epoch])).toEqual([
    ['taken by matcher-3', 8],
    ['matcher-2 has lost it', 7],
    ['matcher-1 → matcher-2', 7],
  ]);
});

test('the same news again is no event', () => {
  expect(told(FOUND, [shard(PARENT, 'matcher-1')]).events).toEqual([]);
});

test('a split is one event, whoever takes the parts; a merge is another', () => {
  const split = told(
    FOUND,
    CHILDREN.map((cell) => shard(cell, 'matcher-2')),
    [PARENT],
  );
  expect(split.events.map(({ kind, shard: cell }) => [kind, cell])).toEqual([['split', PARENT]]);
  expect(split.shards.has(PARENT)).toBe(false);
  const merged = told(split, [shard(PARENT, 'matcher-1', 9)], CHILDREN);
  expect(merged.events.filter(({ kind }) => kind === 'merged')).toHaveLength(CHILDREN.length);
});

test('a new connection tells what has changed meanwhile, and forgets what is no more', () => {
  const again = told(FOUND, [shard(PARENT, 'matcher-3', 2)], [], true);
  expect(again.events.map(wordsOf)).toEqual(['matcher-1 → matcher-3']);
  expect([...again.shards.keys()]).toEqual([PARENT]);
});

test('no list grows without end', () => {
  let history = FOUND;
  for (let epoch = 2; epoch < 60; epoch++) history = told(history, [shard(PARENT, 'matcher-1', epoch)]);
  expect(history.events).toHaveLength(SHARD_EVENTS_KEPT);
  expect(history.events[0]?.epoch).toBe(59);
});
