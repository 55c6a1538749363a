import { DEFAULT_LIVENESS_PARAMS, type LivenessParams } from '../liveness.ts';
import { DEFAULT_PLAN_PARAMS, type PlanParams } from '../plan/plan-params.ts';
import type { ShardKey } from '../shard-claim.ts';

/** Parameters of a coordinator. All times are in milliseconds of the clock that stamps its events. */
export interface CoordinatorParams {
  readonly liveness: LivenessParams;
  /** The shards of the service area when none is split. */
  readonly baseCells: readonly ShardKey[];
  /** How often the tables are read without a known change. */
  readonly refreshMs: number;
  /** How long an unanswered read or commit is waited for. */
  readonly storeTimeoutMs: number;
  readonly prepareTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** How long a drained shard waits for its new claim before its owner matches it again. */
  readonly drainLeaseMs: number;
  readonly maxHandoffsInFlight: number;
  readonly maxShardsPerHandoff: number;
  /** Age up to which a heartbeat counts for the load. */
  readonly loadTtlMs: number;
  /** How long a moved shard counts with at least its former load, while its new owner measures it. */
  readonly loadSettleMs: number;
  readonly plan: PlanParams;
}

export const DEFAULT_COORDINATOR_PARAMS: Omit<CoordinatorParams, 'baseCells'> = {
  liveness: DEFAULT_LIVENESS_PARAMS,
  refreshMs: 1_000,
  storeTimeoutMs: 5_000,
  prepareTimeoutMs: 2_000,
  drainTimeoutMs: 1_000,
  drainLeaseMs: 2_000,
  maxHandoffsInFlight: 4,
  maxShardsPerHandoff: 256,
  loadTtlMs: 5_000,
  loadSettleMs: 10_000,
  plan: DEFAULT_PLAN_PARAMS,
};

/** Multiplies all times by a factor, for a clock that runs faster than the machines. */
export function scaleTimes(params: CoordinatorParams, factor: number): CoordinatorParams {
  const scaled = <T extends object>(times: T): T =>
    Object.fromEntries(
      Object.entries(times).map(([name, value]): [string, unknown] =>
        typeof value === 'number' && name.endsWith('Ms') ? [name, value * factor] : [name, value],
      ),
    ) as T;
  return { ...scaled(params), liveness: scaled(params.liveness), plan: scaled(params.plan) };
}
