import { DEFAULT_LIVENESS_PARAMS, type LivenessParams } from '../liveness.ts';
import { DEFAULT_PLAN_PARAMS, type PlanParams } from '../plan/plan-params.ts';
import type { ShardKey } from '../shard-claim.ts';

/** Times of a coordinator, all in milliseconds of the clock that its events are stamped by. */
export interface CoordinatorParams {
  readonly liveness: LivenessParams;
  /** The shards that the service area consists of when nothing is split. */
  readonly baseCells: readonly ShardKey[];
  /** The tables are read again after so long even if nothing is known to have changed. */
  readonly refreshMs: number;
  /** A read or a commit that nobody answers is given up after so long. */
  readonly storeTimeoutMs: number;
  readonly prepareTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** How long a drained shard waits for its new claim before its owner goes on by itself. */
  readonly drainLeaseMs: number;
  readonly maxHandoffsInFlight: number;
  readonly maxShardsPerHandoff: number;
  /** Heartbeats older than that say nothing of the load any more. */
  readonly loadTtlMs: number;
  /** A shard that changed hands counts for at least what it did before until its new owner has seen so much of it. */
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

/** The parameters with all times so many times as long: for a clock that runs faster than the machines. */
export function scaleTimes(params: CoordinatorParams, factor: number): CoordinatorParams {
  const scaled = <T extends object>(times: T): T =>
    Object.fromEntries(
      Object.entries(times).map(([name, value]): [string, unknown] =>
        typeof value === 'number' && name.endsWith('Ms') ? [name, value * factor] : [name, value],
      ),
    ) as T;
  return { ...scaled(params), liveness: scaled(params.liveness), plan: scaled(params.plan) };
}
