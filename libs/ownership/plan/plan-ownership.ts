import type { Plan, PlanInput } from '../plan-io.ts';
import type { InstanceName } from '../shard-claim.ts';
import { balance } from './balance.ts';
import { distribute } from './distribute.ts';
import { coldFamilies, hotShards, type ColdFamily } from './divide-hot.ts';
import { Holdings, NOBODY } from './holdings.ts';
import { DEFAULT_PLAN_PARAMS, type PlanParams } from './plan-params.ts';
import { reunite } from './reunite.ts';
import type { ShardTopology } from './shard-topology.ts';

/**
 * Plans the next actions so that every shard has a living owner, leavers hand over their shards, and the load is
 * balanced. Depends only on its arguments, not on their order. Bounded: the rest is left to the next plan.
 *
 * @param topology of the live shards and of the base cells that have no row yet
 */
export function planOwnership(
  input: PlanInput,
  topology: ShardTopology,
  params: PlanParams = DEFAULT_PLAN_PARAMS,
): Plan {
  const nothing: Plan = { claim: [], move: [], split: [], merge: [] };
  if (input.takers.length === 0) return nothing;
  const holdings = new Holdings(input, topology, params);
  const claimed = claims(holdings);
  const left = departures(holdings, params);
  const isSettled = claimed.length === 0 && left.length === 0;
  if (!input.mayBalance || !isSettled) return { ...nothing, claim: claimed, move: left };

  const fairLoad = holdings.meanLoad;
  const split = hotShards(input, fairLoad, params);
  const balanced = movesAfter(holdings, () => balance(holdings, params));
  if (split.length + balanced.length > 0) return { ...nothing, move: withoutSplit(balanced, split), split };

  const cold = coldFamilies(input, fairLoad, params);
  const merge = cold.filter(isOfOneOwner).slice(0, params.maxMerges);
  const scattered = cold.filter((family) => !isOfOneOwner(family)).slice(0, params.maxMerges);
  return {
    ...nothing,
    move: movesAfter(holdings, () => reunite(holdings, scattered, params)),
    merge: merge.map(({ parent }) => parent),
  };
}

type Move = Plan['move'][number];

/** Chooses owners for all shards without one. */
function claims(holdings: Holdings): Plan['claim'] {
  const orphans: number[] = [];
  holdings.owners.forEach((owner, shard) => {
    if (owner === NOBODY) orphans.push(shard);
  });
  if (orphans.length === 0) return [];
  distribute(holdings, orphans);
  return orphans.map((shard) => ({
    shard: holdings.topology.shards[shard] as string,
    owner: holdings.instances[holdings.owners[shard] as number] as InstanceName,
  }));
}

/** Moves shards away from leavers, as many as a plan may move. */
function departures(holdings: Holdings, params: PlanParams): Move[] {
  return movesAfter(holdings, () => {
    const going: number[] = [];
    holdings.owners.forEach((owner, shard) => {
      if (holdings.isLeaver(owner) && holdings.fixed[shard] !== ON_ITS_WAY) going.push(shard);
    });
    distribute(holdings, going.slice(0, params.maxLeavingShards));
  });
}

const ON_ITS_WAY = 2;

/** The moves that a rearrangement makes. */
function movesAfter(holdings: Holdings, rearrange: () => void): Move[] {
  const before = holdings.owners.slice();
  rearrange();
  const moves: Move[] = [];
  before.forEach((owner, shard) => {
    const now = holdings.owners[shard] as number;
    if (now === owner) return;
    moves.push({
      shard: holdings.topology.shards[shard] as string,
      from: holdings.instances[owner] as InstanceName,
      to: holdings.instances[now] as InstanceName,
    });
  });
  return moves;
}

/** Leaves out the moves of shards that are to be split. */
function withoutSplit(moves: readonly Move[], split: readonly string[]): Move[] {
  return moves.filter(({ shard }) => !split.includes(shard));
}

function isOfOneOwner({ siblings }: ColdFamily): boolean {
  return siblings.every(({ owner }) => owner === siblings[0]?.owner);
}
