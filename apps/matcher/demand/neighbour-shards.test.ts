import { expect, test } from 'vitest';
import { cellKeyFromH3, cellKeyToH3, childKeys, haloCells, parentKey } from '#libs/geo';
import { ShardMap, type ShardClaim } from '#libs/ownership';
import { neighbourShards } from './neighbour-shards.ts';

const OWN = '86393362fffffff';
const own = new Set([OWN]);
const cells = haloCells([cellKeyFromH3(OWN)], 2_000);
const around = [...new Set(cells.map((cell) => cellKeyToH3(cell)))];

const claim = (shard: string, owner: string | null = 'matcher-2', epoch = 1): ShardClaim => ({
  shard,
  epoch,
  owner,
});

/** The shard of resolution 6 around a cell of resolution 7. */
const shardOf = (cell: string): string => {
  const [first] = neighbourShards(EVERYWHERE, [cellKeyFromH3(cell)], new Set(), 1);
  return first!;
};

const EVERYWHERE = ShardMap.of(
  [...new Set(cells.map((cell) => cellKeyToH3(parentKey(cell, 6))))].map((shard) =>
    claim(shard, shard === OWN ? 'matcher-1' : 'matcher-2'),
  ),
);

test('are the shards of others that the halo reaches, each once, up to the limit', () => {
  const found = neighbourShards(EVERYWHERE, cells, own, 100);
  expect(found.length).toBeGreaterThan(1);
  expect(found).not.toContain(OWN);
  expect(new Set(found).size).toBe(found.length);
  expect(neighbourShards(EVERYWHERE, cells, own, 1)).toHaveLength(1);
});

test('do not include shards without an owner', () => {
  const [one] = neighbourShards(EVERYWHERE, cells, own, 100);
  const { map } = EVERYWHERE.merge([claim(one!, null, 2)]);
  expect(neighbourShards(map, cells, own, 100)).not.toContain(one);
});

test('include the finer shards of a split place', () => {
  const cell = around.find((candidate) => shardOf(candidate) !== OWN)!;
  const parts = childKeys(cellKeyFromH3(cell)).map((key) => claim(cellKeyToH3(key), 'matcher-3', 9));
  const divided = EVERYWHERE.merge([
    claim(shardOf(cell), null, 8),
    ...childKeys(cellKeyFromH3(shardOf(cell))).map((key) => claim(cellKeyToH3(key), null, 8)),
    ...parts,
  ]).map;
  expect(neighbourShards(divided, [cellKeyFromH3(cell)], own, 100).toSorted()).toEqual(
    parts.map(({ shard }) => shard).toSorted(),
  );
});
