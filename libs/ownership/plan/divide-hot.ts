import { cellKeyFromH3, cellKeyRes } from '#libs/geo';
import type { PlanInput } from '../plan-io.ts';
import type { ShardKey } from '../shard-claim.ts';
import type { ShardRow } from '../shard-row.ts';
import { childShards, parentShard } from '../split-merge.ts';
import type { PlanParams } from './plan-params.ts';

/** Shards to split, the hottest first: with so much load that no assignment of whole shards is balanced. */
export function hotShards(input: PlanInput, fairLoad: number, params: PlanParams): ShardKey[] {
  if (input.takers.length < 2) return [];
  const limit = Math.max(params.minSplitMsPerS, params.splitShare * fairLoad);
  return live(input)
    .filter((row) => isAtRest(row, input, params) && resOf(row.shard) < params.finestRes)
    .map(({ shard }) => ({ shard, busy: busyOf(input, shard) }))
    .filter(({ busy }) => busy > limit)
    .sort((a, b) => b.busy - a.busy || (a.shard < b.shard ? -1 : 1))
    .slice(0, params.maxSplits)
    .map(({ shard }) => shard);
}

/** Siblings that are cold together, with their parent. */
export interface ColdFamily {
  readonly parent: ShardKey;
  readonly siblings: readonly ShardRow[];
}

/** Families of live siblings with so little load that they may merge. */
export function coldFamilies(input: PlanInput, fairLoad: number, params: PlanParams): ColdFamily[] {
  const limit = params.mergeShare * Math.max(fairLoad, params.minSplitMsPerS);
  const families = Map.groupBy(
    live(input).filter(({ shard }) => resOf(shard) > params.coarsestRes),
    ({ shard }) => parentShard(shard),
  );
  return [...families]
    .map(([parent, siblings]) => ({ parent, siblings }))
    .filter(({ parent, siblings }) => siblings.length === childShards(parent).length)
    .filter(({ siblings }) => siblings.every((row) => isAtRest(row, input, params) && row.owner !== null))
    .filter(({ siblings }) => siblings.every((row) => input.nowMs - row.changedAtMs >= params.mergeHoldMs))
    .filter(({ siblings }) => siblings.reduce((sum, { shard }) => sum + busyOf(input, shard), 0) < limit)
    .sort((a, b) => (a.parent < b.parent ? -1 : 1));
}

function live({ rows }: PlanInput): ShardRow[] {
  return rows.filter(({ retired }) => !retired);
}

function isAtRest({ shard }: ShardRow, input: PlanInput, { moveCooldownMs }: PlanParams): boolean {
  const movedAtMs = input.lastMovedAtMs.get(shard) ?? -Infinity;
  return !input.moving.has(shard) && input.nowMs - movedAtMs >= moveCooldownMs;
}

function busyOf({ loads }: PlanInput, shard: ShardKey): number {
  return loads.get(shard)?.busyMsPerS ?? 0;
}

function resOf(shard: ShardKey): number {
  return cellKeyRes(cellKeyFromH3(shard));
}
