import { cellKeyFromH3, cellKeyToH3, childKeys, parentKey, pickupCellOf, type CellKey } from '#libs/geo';
import * as fc from 'fast-check';
import { cellToChildren, getPentagons, gridDisk, latLngToCell } from 'h3-js';
import { describe, expect, it } from 'vitest';
import { answer } from './answer.ts';
import type { ShardClaim } from './shard-claim.ts';
import { route, ShardMap } from './shard-map.ts';

/** A district of shards, a pentagon among them. */
const DISTRICT = [...gridDisk(latLngToCell(40.75, -73.98, 6), 2), getPentagons(6)[4]!];

/** An epoch of a shard has one owner, as Postgres ensures; here the owner is computed from both. */
const ownerAt = (shard: string, epoch: number): string | null => {
  const turn = (DISTRICT.indexOf(shard) + epoch * 7) % 5;
  return turn === 0 ? null : `matcher-${turn}`;
};
const claim = fc
  .tuple(fc.constantFrom(...DISTRICT.slice(0, 6)), fc.integer({ min: 1, max: 9 }))
  .map(([shard, epoch]): ShardClaim => ({ shard, epoch, owner: ownerAt(shard, epoch) }));
const news = fc.array(claim, { maxLength: 30 });

describe('ShardMap.merge', () => {
  it('ends in the same map for any order, batches and repeats', () => {
    fc.assert(
      fc.property(
        news.chain((claims) =>
          fc.tuple(
            fc.constant(claims),
            fc.shuffledSubarray([...claims, ...claims], { minLength: claims.length * 2 }),
          ),
        ),
        fc.nat(40),
        ([claims, shuffled]: [ShardClaim[], ShardClaim[]], cut: number) => {
          const inOrder = ShardMap.of(claims);
          const inBatches = ShardMap.of(shuffled.slice(0, cut)).merge(shuffled.slice(cut)).map;
          expect(inBatches.claims()).toEqual(inOrder.claims());
          expect(inOrder.merge(claims)).toEqual({ map: inOrder, changed: [] });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never lowers an epoch, and reports exactly what changed', () => {
    fc.assert(
      fc.property(news, news, (before, later) => {
        const old = ShardMap.of(before);
        const { map, changed } = old.merge(later);
        for (const { shard, epoch } of old.claims())
          expect(map.claim(shard)!.epoch).toBeGreaterThanOrEqual(epoch);
        for (const { shard, epoch } of later) expect(map.claim(shard)!.epoch).toBeGreaterThanOrEqual(epoch);
        const different = map.claims().filter((claim) => old.claim(claim.shard)?.epoch !== claim.epoch);
        expect(new Set(changed)).toEqual(new Set(different));
        expect(changed).toHaveLength(different.length);
        expect(changed.every((claim) => later.includes(claim))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the old map as it was', () => {
    const [shard] = DISTRICT;
    const old = ShardMap.of([{ shard: shard!, epoch: 1, owner: 'matcher-1' }]);
    old.merge([{ shard: shard!, epoch: 2, owner: 'matcher-2' }]);
    expect(old.claim(shard!)?.owner).toBe('matcher-1');
    expect(ShardMap.empty.size).toBe(0);
  });
});

/** The district with some shards split into their children, and some of those split again. */
const mixedShards = fc
  .tuple(fc.subarray(DISTRICT, { minLength: 1 }), fc.infiniteStream(fc.boolean()))
  .map(([shards, coins]) => {
    const divide = (cell: CellKey, depth: number): CellKey[] =>
      depth < 2 && coins.next().value === true
        ? childKeys(cell).flatMap((child) => divide(child, depth + 1))
        : [cell];
    return {
      whole: shards.map(cellKeyFromH3),
      parts: shards.flatMap((shard) => divide(cellKeyFromH3(shard), 0)),
    };
  });
const mapOf = (cells: readonly CellKey[]) =>
  ShardMap.of(
    cells.map((cell, place) => ({ shard: cellKeyToH3(cell), epoch: 3, owner: `matcher-${place}` })),
  );

describe('a map of mixed resolutions', () => {
  it('is total over the split cells, prefix-free, and gives each pickup cell exactly one shard', () => {
    fc.assert(
      fc.property(mixedShards, fc.nat(), ({ whole, parts }, pick) => {
        const map = mapOf(parts);
        expect(map.isTotalOver(whole)).toBe(true);
        expect(map.isTotalOver(whole.flatMap(childKeys))).toBe(true);
        expect(map.isPrefixFree()).toBe(true);
        const pickups = cellToChildren(cellKeyToH3(whole[pick % whole.length]!), 9);
        const pickup = cellKeyFromH3(pickups[pick % pickups.length]!);
        const holders = parts.filter((part) => [6, 7, 8].some((res) => parentKey(pickup, res) === part));
        expect(holders).toHaveLength(1);
        expect(map.ownerOf(pickup)).toBe(`matcher-${parts.indexOf(holders[0]!)}`);
        expect(route(map, pickup)).toEqual(map.claim(cellKeyToH3(holders[0]!)));
      }),
    );
  });

  it('is not total if any part is missing, and not prefix-free if a part occurs twice', () => {
    fc.assert(
      fc.property(mixedShards, fc.nat(), ({ whole, parts }, pick) => {
        const lost = parts[pick % parts.length]!;
        expect(mapOf(parts.filter((part) => part !== lost)).isTotalOver(whole)).toBe(false);
        expect(mapOf([...parts, childKeys(lost)[pick % childKeys(lost).length]!]).isPrefixFree()).toBe(false);
        expect(mapOf([...parts, parentKey(lost, 5)]).isPrefixFree()).toBe(false);
      }),
    );
  });

  it('knows no owner outside its area, nor of shards without an owner', () => {
    const [shard] = DISTRICT;
    const map = ShardMap.of([{ shard: shard!, epoch: 4, owner: null }]);
    const pickup = cellKeyFromH3(cellToChildren(shard!, 9)[5]!);
    expect(map.ownerOf(pickup)).toBeUndefined();
    expect(route(map, pickup)).toBeUndefined();
    expect(map.claimContaining(pickup)?.epoch).toBe(4);
    expect(route(map, pickupCellOf({ lat: 0, lng: 0 }))).toBeUndefined();
    expect(map.claimContaining(parentKey(pickup, 5))).toBeUndefined();
  });
});

describe('answer', () => {
  const shard = DISTRICT[0]!;
  const map = ShardMap.of([{ shard, epoch: 5, owner: 'matcher-1' }]);
  const moved = { result: 'moved', claim: { shard, epoch: 5, owner: 'matcher-1' } };

  it.each([
    ['the owner at its epoch', 5, 'matcher-1', { result: 'ok' }],
    ['the owner at an earlier epoch', 4, 'matcher-1', moved],
    ['another instance', 5, 'matcher-2', moved],
    ['another instance at an earlier epoch', 4, 'matcher-2', moved],
    ['an owner that has not heard of its new epoch', 6, 'matcher-1', { result: 'moved', claim: null }],
  ])('of %s', (_, epoch, self, expected) => {
    expect(answer(map, { shard, epoch }, self)).toEqual(expected);
  });

  it('sends a caller that asks about an unknown shard to the source', () => {
    expect(answer(map, { shard: DISTRICT[1]!, epoch: 1 }, 'matcher-1')).toEqual({
      result: 'moved',
      claim: null,
    });
  });
});
