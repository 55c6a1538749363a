import { isTooHeavy } from './balance.ts';
import type { ColdFamily } from './divide-hot.ts';
import type { Holdings } from './holdings.ts';
import type { PlanParams } from './plan-params.ts';

/**
 * Moves the siblings of each cold family to one of their owners, so that they can merge: to the owner of most of them,
 * unless balancing would then move them away again.
 */
export function reunite(holdings: Holdings, families: readonly ColdFamily[], params: PlanParams): void {
  for (const { siblings } of families) {
    const shards = siblings.flatMap(({ shard }) => holdings.topology.indexOf(shard) ?? []);
    const home = homesOf(shards, holdings).find(
      (taker) => !isTooHeavy(loadWith(shards, taker, holdings), holdings, params),
    );
    if (home === undefined) continue;
    for (const shard of shards) if (holdings.owners[shard] !== home) holdings.give(shard, home);
  }
}

/** The takers among the owners, those with the most of these shards first. */
function homesOf(shards: readonly number[], { owners, takerCount }: Holdings): number[] {
  return [...Map.groupBy(shards, (shard) => owners[shard] as number)]
    .filter(([owner]) => owner >= 0 && owner < takerCount)
    .sort(([a, ofA], [b, ofB]) => ofB.length - ofA.length || a - b)
    .map(([owner]) => owner);
}

function loadWith(shards: readonly number[], taker: number, { owners, loads, weights }: Holdings): number {
  const gained = shards.filter((shard) => owners[shard] !== taker);
  return gained.reduce((sum, shard) => sum + (weights[shard] as number), loads[taker] as number);
}
