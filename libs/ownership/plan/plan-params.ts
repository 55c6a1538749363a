/** Bounds and thresholds of a plan. Loads are in milliseconds of a matcher's time per second. */
export interface PlanParams {
  /** Base load of each shard, so that idle shards are spread too and small load differences do not matter … */
  readonly baseLoadMsPerS: number;
  /** … up to this total per matcher, above which it is reduced so that measured load still matters. */
  readonly maxBasePerTakerMsPerS: number;
  /** Balancing starts only if a matcher is above the mean by more than this share of it. */
  readonly balanceThreshold: number;
  readonly moveCooldownMs: number;
  /** Maximum shards that leavers hand over in one plan. */
  readonly maxLeavingShards: number;
  /** Maximum shards moved for balance in one plan: this share of all, or `minMovedBound` if that is more. */
  readonly maxMovedShare: number;
  readonly minMovedBound: number;
  /** A shard is hot above this share of a matcher's fair load … */
  readonly splitShare: number;
  /** … if its load is at least this. */
  readonly minSplitMsPerS: number;
  readonly maxSplits: number;
  /** Siblings are cold together below this share of a fair load … */
  readonly mergeShare: number;
  /** … if none of them has moved for this time. */
  readonly mergeHoldMs: number;
  readonly maxMerges: number;
  /** Shards of this resolution do not split; pickup cells are one resolution finer. */
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

/** Base load of a shard, in addition to its measured load. */
export function baseLoad(params: PlanParams, shards: number, takers: number): number {
  const { baseLoadMsPerS, maxBasePerTakerMsPerS } = params;
  return Math.min(baseLoadMsPerS, (maxBasePerTakerMsPerS * takers) / Math.max(1, shards));
}
