/** What bounds a plan and when it acts. Loads are in milliseconds of a matcher's time per second. */
export interface PlanParams {
  /** What an idle shard counts, so that idle shards are spread too, and small differences in load mean nothing … */
  readonly baseLoadMsPerS: number;
  /** … if all shards together do not come to more than that for each matcher: there load must count. */
  readonly maxBasePerTakerMsPerS: number;
  /** Nothing is moved for balance while nobody is above the mean by more than this share of it. */
  readonly balanceThreshold: number;
  readonly moveCooldownMs: number;
  /** Shards that leavers give away in one plan. */
  readonly maxLeavingShards: number;
  /** Shards moved for balance in one plan: this share of all, or this many if that is more. */
  readonly maxMovedShare: number;
  readonly minMovedBound: number;
  /** A shard with more than this share of a matcher's fair share is hot … */
  readonly splitShare: number;
  /** … if it takes at least so much. */
  readonly minSplitMsPerS: number;
  readonly maxSplits: number;
  /** Siblings that together take less than this share of a fair share are cold … */
  readonly mergeShare: number;
  /** … if none of them has changed hands for so long. */
  readonly mergeHoldMs: number;
  readonly maxMerges: number;
  /** Shards of this resolution do not split; pickups are known one resolution finer. */
  readonly finestRes: number;
  readonly coarsestRes: number;
}

export const DEFAULT_PLAN_PARAMS: PlanParams = {
  baseLoadMsPerS: 5,
  maxBasePerTakerMsPerS: 100,
  balanceThreshold: 0.2,
  moveCooldownMs: 30_000,
  maxLeavingShards: 1_024,
  maxMovedShare: 0.05,
  minMovedBound: 64,
  splitShare: 0.5,
  minSplitMsPerS: 50,
  maxSplits: 4,
  mergeShare: 0.1,
  mergeHoldMs: 60_000,
  maxMerges: 4,
  finestRes: 8,
  coarsestRes: 6,
};

/** What a shard counts besides its measured load. */
export function baseLoad(params: PlanParams, shards: number, takers: number): number {
  const { baseLoadMsPerS, maxBasePerTakerMsPerS } = params;
  return Math.min(baseLoadMsPerS, (maxBasePerTakerMsPerS * takers) / Math.max(1, shards));
}
