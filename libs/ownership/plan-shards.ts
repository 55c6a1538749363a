import { cellKeyFromH3 } from '#libs/geo';
import type { ShardAssignment } from './claims-to-commit.ts';
import { divideArea } from './divide-area.ts';
import { levelTerritories } from './level-territories.ts';
import { placeShards, type PlacedShard } from './placed-shard.ts';
import type { InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';
import type { Territory } from './territory.ts';

/**
 * The static plan: who shall own each cell. Every instance gets the same number of shards, give or take one;
 * neighbouring shards stay together, and few change hands when instances come and go. Depends on nothing but its
 * arguments, in any order.
 *
 * A first plan divides the area into compact parts; later ones keep what is there and shift the borders between
 * territories until all are level.
 *
 * @param cells the shards of the service area, which must be prefix-free for the plan to be so
 * @param current the claims as they are; owners that are not among the instances lose theirs
 * @returns one assignment for each cell, ordered by cell
 * @throws RangeError when there are cells but no instances
 */
export function planShards(
  cells: Iterable<ShardKey>,
  instances: Iterable<InstanceName>,
  current: Iterable<ShardClaim>,
): ShardAssignment[] {
  const shards = placeShards(cells);
  const names = [...new Set(instances)].sort();
  if (shards.length === 0) return [];
  if (names.length === 0) throw new RangeError('shards cannot be planned without an instance to own them');

  const { held, orphans } = holdingsToday(shards, names, current);
  const territories = withQuotas(held, shards.length);
  if (orphans.length === shards.length) divideArea(orphans, territories);
  else levelTerritories([...territories, { owner: null, quota: 0, shards: new Set(orphans) }]);

  return territories
    .flatMap(({ owner, shards }) => [...shards].map(({ shard }) => ({ shard, owner })))
    .sort((a, b) => cellKeyFromH3(a.shard) - cellKeyFromH3(b.shard));
}

function holdingsToday(
  shards: readonly PlacedShard[],
  names: readonly InstanceName[],
  current: Iterable<ShardClaim>,
): { held: Map<InstanceName, PlacedShard[]>; orphans: PlacedShard[] } {
  const held = new Map(names.map((name): [InstanceName, PlacedShard[]] => [name, []]));
  const ownerOf = new Map([...current].map(({ shard, owner }) => [shard, owner]));
  const orphans: PlacedShard[] = [];
  for (const placed of shards) {
    const owner = ownerOf.get(placed.shard) ?? null;
    const home = owner === null ? undefined : held.get(owner);
    (home ?? orphans).push(placed);
  }
  return { held, orphans };
}

/** An equal share each; the odd ones go to those who hold most, which saves moves. */
function withQuotas(
  held: ReadonlyMap<InstanceName, readonly PlacedShard[]>,
  shardCount: number,
): (Territory & { owner: InstanceName })[] {
  const share = Math.floor(shardCount / held.size);
  const odd = shardCount % held.size;
  const byHolding = [...held].sort(([, a], [, b]) => b.length - a.length).map(([owner]) => owner);
  const favored = new Set(byHolding.slice(0, odd));
  return [...held].map(([owner, shards]) => ({
    owner,
    quota: share + (favored.has(owner) ? 1 : 0),
    shards: new Set(shards),
  }));
}
