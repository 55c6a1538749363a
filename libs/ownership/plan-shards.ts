import { cellKeyFromH3 } from '#libs/geo';
import type { ShardAssignment } from './claims-to-commit.ts';
import { divideArea } from './divide-area.ts';
import { placeShards, type PlacedShard } from './placed-shard.ts';
import type { InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';
import { takeNearest, type Territory } from './territory.ts';

/**
 * The static plan: who shall own each cell. Every instance gets the same number of shards, give or take one; neighbouring
 * shards go together where balance and continuity allow; no more shards change hands than balance demands. Depends on
 * nothing but its arguments, in any order.
 *
 * A first plan divides the area into compact parts; later ones keep what is there, take the surplus from those who have
 * too much, and give it to those who have too little, nearest first.
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

  const { territories, orphans } = territoriesToday(shards, names, current);
  setQuotas(territories, shards.length);
  if (orphans.length === shards.length) divideArea(orphans, territories);
  else rebalance(territories, orphans);

  return territories
    .flatMap(({ owner, shards }) => shards.map(({ shard }) => ({ shard, owner })))
    .sort((a, b) => cellKeyFromH3(a.shard) - cellKeyFromH3(b.shard));
}

function territoriesToday(
  shards: readonly PlacedShard[],
  names: readonly InstanceName[],
  current: Iterable<ShardClaim>,
): { territories: Territory[]; orphans: PlacedShard[] } {
  const territories = new Map(
    names.map((owner) => [owner, { owner, quota: 0, shards: [] as PlacedShard[] }]),
  );
  const ownerOf = new Map([...current].map((claim) => [claim.shard, claim.owner]));
  const orphans: PlacedShard[] = [];
  for (const placed of shards) {
    const owner = ownerOf.get(placed.shard);
    const home = typeof owner === 'string' ? territories.get(owner) : undefined;
    (home?.shards ?? orphans).push(placed);
  }
  return { territories: [...territories.values()], orphans };
}

/** An equal share each; the odd ones go to those who hold most, which saves moves. */
function setQuotas(territories: readonly Territory[], shardCount: number): void {
  const share = Math.floor(shardCount / territories.length);
  const odd = shardCount % territories.length;
  const byHolding = [...territories].sort((a, b) => b.shards.length - a.shards.length);
  for (const [rank, territory] of byHolding.entries()) territory.quota = share + (rank < odd ? 1 : 0);
}

function rebalance(territories: readonly Territory[], orphans: PlacedShard[]): void {
  const unowned: Territory = { owner: '', quota: 0, shards: orphans };
  const givers = [unowned, ...territories.filter(({ quota, shards }) => shards.length > quota)];
  for (const taker of territories) if (taker.shards.length < taker.quota) takeNearest(taker, givers);
}
