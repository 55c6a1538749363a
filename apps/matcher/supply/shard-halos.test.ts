import { expect, test } from 'vitest';
import { cellKeyFromH3, cellKeyToH3, haloCells, positionCellOf, shardCellOf } from '#libs/geo';
import { cellDifference, ShardHalos } from './shard-halos.ts';

const PICKUP = { lat: 38.72, lng: -9.14 };
const SHARD = cellKeyToH3(shardCellOf(PICKUP));
const RADIUS_M = 4_000;

test('covers drivers in the shard and within the pickup radius around it', () => {
  const cells = new ShardHalos(RADIUS_M).cellsAround([SHARD]);
  expect(cells.has(cellKeyToH3(positionCellOf(PICKUP)))).toBe(true);
  // 0.03 degrees of latitude are 3.3 km.
  for (const lat of [PICKUP.lat - 0.03, PICKUP.lat + 0.03]) {
    expect(cells.has(cellKeyToH3(positionCellOf({ ...PICKUP, lat })))).toBe(true);
  }
  for (const [cell, key] of cells) expect(cellKeyFromH3(cell)).toBe(key);
});

test('is empty without shards', () => {
  expect(new ShardHalos(RADIUS_M).cellsAround([]).size).toBe(0);
});

test('other shards that come and go do not affect the cells around a shard that stays', () => {
  const neighbor = cellKeyToH3(shardCellOf({ ...PICKUP, lat: PICKUP.lat + 0.1 }));
  const halos = new ShardHalos(RADIUS_M);
  for (const shards of [[SHARD], [SHARD, neighbor], [neighbor], [], [neighbor, SHARD]]) {
    const expected = haloCells(shards.map(cellKeyFromH3), RADIUS_M);
    expect([...halos.cellsAround(shards).values()].sort((a, b) => a - b)).toEqual(expected);
  }
});

test('adds and removes only the cells that differ', () => {
  const followed = new Map([
    ['a', 1],
    ['b', 1],
  ]);
  const wanted = new Map([
    ['b', 1],
    ['c', 1],
  ]);
  expect(cellDifference(followed, wanted)).toEqual({ added: ['c'], removed: ['a'] });
});
