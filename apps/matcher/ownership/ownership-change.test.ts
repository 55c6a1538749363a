import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShardMap, type ShardClaim } from '#libs/ownership';
import { ownershipChange } from './ownership-change.ts';

const SHARDS = ['862a1072fffffff', '862a1070fffffff', '862a10777ffffff'];
const claims = fc.array(
  fc.record({
    shard: fc.constantFrom(...SHARDS),
    epoch: fc.nat(5),
    owner: fc.constantFrom('matcher-1', 'matcher-2', null),
  }),
  { maxLength: 8 },
);

const ownedIn = (map: ShardMap): string[] => map.ownedBy('matcher-1').map(({ shard }) => shard);

test('what was owned, and what is gained and lost, make what is owned', () => {
  fc.assert(
    fc.property(claims, claims, (first, second) => {
      const before = ShardMap.of(first);
      const { map, changed } = before.merge(second);
      const { gained, renewed, lost } = ownershipChange(before, changed, 'matcher-1');
      const owned = new Set(ownedIn(before));
      for (const { shard } of lost) expect(owned.delete(shard)).toBe(true);
      for (const { shard } of renewed) expect(owned.has(shard)).toBe(true);
      for (const { shard } of gained) {
        expect(owned.has(shard)).toBe(false);
        owned.add(shard);
      }
      expect([...owned].sort()).toEqual(ownedIn(map).sort());
    }),
  );
});

test('a claim between others means nothing', () => {
  const before = ShardMap.of([{ shard: SHARDS[0]!, epoch: 1, owner: 'matcher-2' }]);
  const news: ShardClaim[] = [{ shard: SHARDS[0]!, epoch: 2, owner: 'matcher-3' }];
  expect(ownershipChange(before, news, 'matcher-1')).toEqual({ gained: [], renewed: [], lost: [] });
});
