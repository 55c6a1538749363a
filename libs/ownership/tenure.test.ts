import * as fc from 'fast-check';
import { gridDisk, latLngToCell } from 'h3-js';
import { beforeEach, describe, expect, it } from 'vitest';
import { claimCommand } from './claim-commands.ts';
import type { ShardClaim } from './shard-claim.ts';
import { ShardMap } from './shard-map.ts';
import { childShards, splitCommands } from './split-merge.ts';
import { Tenure } from './tenure.ts';

const [X, Y, Z] = gridDisk(latLngToCell(40.75, -73.98, 6), 1) as [string, string, string];
const claim = (shard: string, epoch: number, owner: string | null = 'me'): ShardClaim => ({
  shard,
  epoch,
  owner,
});

describe('Tenure', () => {
  let tenure: Tenure;
  let map: ShardMap;
  const learn = (...claims: ShardClaim[]) => {
    map = map.merge(claims).map;
    return tenure.update(map);
  };
  beforeEach(() => {
    tenure = new Tenure('me');
    map = ShardMap.empty;
    learn(claim(X, 1), claim(Y, 4), claim(Z, 2, 'other'));
  });

  it('reports gained, renewed and lost shards', () => {
    expect(learn(claim(X, 2), claim(Y, 5, 'other'), claim(Z, 3))).toEqual({
      gained: [claim(Z, 3)],
      renewed: [claim(X, 2)],
      lost: [claim(Y, 4)],
    });
    expect(learn(claim(X, 1, 'other'))).toEqual({ gained: [], renewed: [], lost: [] });
  });

  it('drains shards that it owns at exactly that epoch, until the lease ends', () => {
    const asked = [
      { shard: X, epoch: 1 },
      { shard: Y, epoch: 3 },
      { shard: Z, epoch: 2 },
    ];
    expect(tenure.drain(asked, 2_000, 100)).toEqual([X]);
    expect([tenure.isMatchable(X), tenure.isMatchable(Y), tenure.isMatchable(Z)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(tenure.matchable()).toEqual([claim(Y, 4)]);
    expect(tenure.expire(2_099).resumed).toEqual([]);
    expect(tenure.expire(2_100).resumed).toEqual([X]);
    expect(tenure.isMatchable(X)).toBe(true);
  });

  it('ends a drain at any new claim: a renewed shard is matched, a lost one is not resumed', () => {
    tenure.drain(
      [
        { shard: X, epoch: 1 },
        { shard: Y, epoch: 4 },
      ],
      2_000,
      0,
    );
    learn(claim(X, 2), claim(Y, 5, 'other'));
    expect([tenure.isMatchable(X), tenure.isMatchable(Y)]).toEqual([true, false]);
    expect(tenure.expire(9_999).resumed).toEqual([]);
  });

  it('is warm for prepared shards until they arrive or the lease ends', () => {
    const asked = [
      { shard: Z, epoch: 2 },
      { shard: X, epoch: 1 },
    ];
    expect(tenure.prepare(asked, 1_000, 0)).toEqual([Z]);
    expect(tenure.prepare(asked, 1_000, 500)).toEqual([]);
    expect(tenure.warm()).toEqual(new Set([X, Y, Z]));
    expect(tenure.isMatchable(Z)).toBe(false);
    expect(tenure.expire(1_499).cooled).toEqual([]);
    expect(tenure.expire(1_500).cooled).toEqual([Z]);
    tenure.prepare(asked, 1_000, 2_000);
    learn(claim(Z, 3));
    expect(tenure.expire(9_999).cooled).toEqual([]);
    expect(tenure.warm().has(Z)).toBe(true);
  });

  it('owns the children and not the parent after a split, in any order of arrival', () => {
    const row = { ...claim(X, 1), retired: false, changedAtMs: 0 };
    const commands = splitCommands(new Map([[X, row]]), X);
    const [retired, first, ...others] = commands;
    tenure.drain([{ shard: X, epoch: 1 }], 2_000, 0);
    expect(learn(first!)).toEqual({ gained: [first], renewed: [], lost: [claim(X, 1)] });
    learn(retired!, ...others);
    expect([...tenure.own.keys()].sort()).toEqual([Y, ...childShards(X)].sort());
    expect(childShards(X).every((child) => tenure.isMatchable(child))).toBe(true);
  });

  it('reports changes that add up to its shards, for any claims', () => {
    const heard = fc.array(
      fc.tuple(fc.constantFrom(X, Y, Z), fc.integer({ min: 1, max: 9 })).map(([shard, epoch]) =>
        // An epoch of a shard has one owner.
        claimCommand(
          claim(shard, epoch - 1),
          shard,
          (epoch * 7 + shard.charCodeAt(6)) % 3 === 0 ? 'other' : 'me',
          'moved',
        ),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(heard, (claims) => {
        const [fresh, sum] = [new Tenure('me'), new Map<string, ShardClaim>()];
        let known = ShardMap.empty;
        for (const news of claims) {
          known = known.merge([news]).map;
          const { gained, renewed, lost } = fresh.update(known);
          for (const { shard } of gained) expect(sum.has(shard)).toBe(false);
          for (const { shard, epoch } of renewed) expect(epoch).toBeGreaterThan(sum.get(shard)!.epoch);
          for (const now of [...gained, ...renewed]) sum.set(now.shard, now);
          for (const { shard } of lost) expect(sum.delete(shard)).toBe(true);
          expect(new Map(fresh.own)).toEqual(sum);
        }
      }),
    );
  });
});
