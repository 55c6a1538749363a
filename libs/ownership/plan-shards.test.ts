import { cellKeyFromH3 } from '#libs/geo';
import * as fc from 'fast-check';
import { areNeighborCells, cellToChildren, getPentagons, gridDisk, latLngToCell } from 'h3-js';
import { describe, expect, it } from 'vitest';
import { claimsToCommit, claimsToGiveUp, FIRST_EPOCH, type ShardAssignment } from './claims-to-commit.ts';
import { planShards } from './plan-shards.ts';
import type { ShardClaim } from './shard-claim.ts';
import { ShardMap } from './shard-map.ts';

const CITY = [...gridDisk(latLngToCell(40.75, -73.98, 6), 4), ...getPentagons(6).slice(0, 1)];
const INSTANCES = Array.from({ length: 8 }, (_, place) => `matcher-${place}`);

const cells = fc.subarray(CITY, { minLength: 1 });
const instances = fc.subarray(INSTANCES, { minLength: 1 });
const owner = fc.constantFrom(...INSTANCES, 'matcher-gone', null);
/** Claims of any kind: some by instances that are gone, some by nobody, and often most by one or two. */
const current = fc
  .oneof(
    fc.array(owner, { minLength: CITY.length, maxLength: CITY.length }),
    fc.array(fc.constantFrom(INSTANCES[0]!, INSTANCES[1]!), {
      minLength: CITY.length,
      maxLength: CITY.length,
    }),
  )
  .chain((owners) =>
    fc.subarray(
      CITY.map((shard, place): ShardClaim => ({ shard, epoch: 1 + (place % 9), owner: owners[place]! })),
    ),
  );

const loads = (plan: readonly ShardAssignment[], names: readonly string[]): number[] =>
  names.map((name) => plan.filter(({ owner }) => owner === name).length);
const asClaims = (plan: readonly ShardAssignment[], epoch = 1): ShardClaim[] =>
  plan.map((wanted) => ({ ...wanted, epoch }));

const changes = (plan: readonly ShardAssignment[], before: readonly ShardClaim[]): number => {
  const ownerOf = new Map(before.map(({ shard, owner }) => [shard, owner]));
  return plan.filter(({ shard, owner }) => ownerOf.get(shard) !== owner).length;
};

/** The fewest shards that must change hands for a balance within one: nobody may keep more than its share. */
function fewestMoves(
  shards: readonly string[],
  names: readonly string[],
  claims: readonly ShardClaim[],
): number {
  const held = names.map(
    (name) => claims.filter(({ owner, shard }) => owner === name && shards.includes(shard)).length,
  );
  const share = Math.floor(shards.length / names.length);
  const odd = shards.length % names.length;
  const kept = held
    .sort((a, b) => b - a)
    .map((count, rank) => Math.min(count, share + (rank < odd ? 1 : 0)))
    .reduce((sum, count) => sum + count, 0);
  return shards.length - kept;
}

describe('planShards', () => {
  it('gives every cell one owner among the instances, within one of each other', () => {
    fc.assert(
      fc.property(cells, instances, current, (shards, names, claims) => {
        const plan = planShards(shards, names, claims);
        const map = ShardMap.of(asClaims(plan));
        expect(plan).toHaveLength(shards.length);
        expect(map.isTotalOver(shards.map(cellKeyFromH3))).toBe(true);
        expect(map.isPrefixFree()).toBe(true);
        const counts = loads(plan, names);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(shards.length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it('moves nothing that is level, and not many more shards than balance demands', () => {
    fc.assert(
      fc.property(cells, instances, current, (shards, names, claims) => {
        const moved = changes(planShards(shards, names, claims), claims);
        // A chain of neighbours is as long as there are instances at most.
        expect(moved).toBeLessThanOrEqual(fewestMoves(shards, names, claims) * names.length);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of its arguments, and leaves its own plan alone', () => {
    const mixed = cells.chain((shards) =>
      fc.tuple(fc.constant(shards), fc.shuffledSubarray(shards, { minLength: shards.length })),
    );
    fc.assert(
      fc.property(mixed, instances, current, ([shards, shuffled], names, claims) => {
        const plan = planShards(shards, names, claims);
        expect(planShards(shuffled, names.toReversed(), claims.toReversed())).toEqual(plan);
        expect(planShards([...shards, ...shards], [...names, ...names], claims)).toEqual(plan);
        expect(planShards(shards, names, asClaims(plan))).toEqual(plan);
      }),
    );
  });

  describe('as instances come and go', () => {
    const disk = gridDisk(latLngToCell(40.75, -73.98, 6), 6);
    const pairs = disk.flatMap((a, place) =>
      disk
        .slice(place + 1)
        .filter((b) => areNeighborCells(a, b))
        .map((b) => [a, b] as const),
    );
    /** Share of neighbouring shards with one owner. By chance, and by hashing, it is one in the number of instances. */
    const together = (plan: readonly ShardAssignment[]) => {
      const ownerOf = new Map(plan.map(({ shard, owner }) => [shard, owner]));
      return pairs.filter(([a, b]) => ownerOf.get(a) === ownerOf.get(b)).length / pairs.length;
    };

    it.each([
      [[4], 0.85],
      [[8], 0.7],
      [[1, 2, 3, 4, 5, 6, 7, 8], 0.65],
      [[4, 5, 4, 3, 4, 5, 6, 4], 0.75],
    ])('%j, neighbours stay together', (counts, share) => {
      let plan: ShardAssignment[] = [];
      for (const count of counts) plan = planShards(disk, INSTANCES.slice(0, count), asClaims(plan));
      expect(together(plan)).toBeGreaterThan(share);
    });

    it.each([
      [2, 3],
      [4, 5],
      [7, 8],
      [8, 7],
      [3, 2],
    ])('from %i to %i, at most two and a half times as many shards move as must', (before, after) => {
      const claims = asClaims(planShards(disk, INSTANCES.slice(0, before), []));
      const names = INSTANCES.slice(0, after);
      expect(changes(planShards(disk, names, claims), claims)).toBeLessThanOrEqual(
        2.5 * fewestMoves(disk, names, claims),
      );
    });
  });

  it('plans for shards of several resolutions and areas of several islands', () => {
    const [hot, ...others] = CITY;
    const shards = [...cellToChildren(hot!, 7), ...others, ...gridDisk(latLngToCell(38.72, -9.14, 6), 2)];
    const two = planShards(shards, INSTANCES.slice(0, 2), []);
    const three = planShards(shards, INSTANCES.slice(0, 3), asClaims(two));
    expect(new Set(three.map(({ shard }) => shard))).toEqual(new Set(shards));
    const counts = loads(three, INSTANCES.slice(0, 3));
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it('plans nothing for nothing, and cannot plan without instances', () => {
    expect(planShards([], [], [])).toEqual([]);
    expect(() => planShards(CITY, [], [])).toThrow(RangeError);
  });
});

describe('claimsToCommit', () => {
  it('turns the rows into the plan, raising each changed epoch by one and no other', () => {
    fc.assert(
      fc.property(cells, instances, current, fc.subarray(INSTANCES), (shards, names, rows, rejoined) => {
        const plan = planShards(shards, names, rows);
        const commands = claimsToCommit(plan, rows, new Set(rejoined));
        const rowOf = new Map(rows.map((row) => [row.shard, row]));
        for (const { shard, seenEpoch, epoch } of commands) {
          expect(seenEpoch).toBe(rowOf.get(shard)?.epoch ?? null);
          expect(epoch).toBe(seenEpoch === null ? FIRST_EPOCH : seenEpoch + 1);
        }
        const { map, changed } = ShardMap.of(rows).merge(commands);
        expect(changed).toHaveLength(commands.length);
        for (const { shard, owner } of plan) {
          expect(map.claim(shard)?.owner).toBe(owner);
          const row = rowOf.get(shard);
          const isNews = row?.owner !== owner || rejoined.includes(owner);
          expect(commands.some((command) => command.shard === shard)).toBe(isNews);
        }
        expect(claimsToCommit(plan, map.claims())).toEqual([]);
      }),
    );
  });
});

describe('claimsToGiveUp', () => {
  it('leaves no shard an owner, and those without one alone', () => {
    const [owned, free] = [
      { shard: '86393361fffffff', epoch: 4, owner: 'matcher-1' },
      { shard: '863933617ffffff', epoch: 7, owner: null },
    ];
    expect(claimsToGiveUp([owned, free])).toEqual([
      { shard: owned.shard, owner: null, epoch: 5, seenEpoch: 4 },
    ]);
  });
});
