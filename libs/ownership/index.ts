export { answer, type OwnershipAnswer, type RoutedTo } from './answer.ts';
export { claimCommand } from './claim-commands.ts';
export type { CoordinatorEffect, CoordinatorEvent, CoordinatorReport } from './coordinator-io.ts';
export { Coordinator, type MatcherKnowledge } from './coordinator/coordinator.ts';
export { DEFAULT_COORDINATOR_PARAMS, scaleTimes, type CoordinatorParams } from './coordinator/params.ts';
export { DEFAULT_LIVENESS_PARAMS, type LivenessParams } from './liveness.ts';
export type { Member, MemberState } from './member.ts';
export type {
  ChangeOutcome,
  ClaimKind,
  HandedShard,
  Handoff,
  MemberCommand,
  OwnershipChange,
  ShardCommand,
} from './ownership-change.ts';
export type { Plan, PlanInput } from './plan-io.ts';
export { DEFAULT_PLAN_PARAMS } from './plan/plan-params.ts';
export { planOwnership } from './plan/plan-ownership.ts';
export { ShardTopology } from './plan/shard-topology.ts';
export type { InstanceName, OwnedShard, ShardClaim, ShardKey } from './shard-claim.ts';
export type { ShardLoad } from './shard-load.ts';
export { route, ShardMap } from './shard-map.ts';
export type { ShardRow } from './shard-row.ts';
export { mergeCommands, splitCommands } from './split-merge.ts';
export {
  applyChange,
  EMPTY_OWNERSHIP,
  ownershipViolations,
  type AppliedChange,
  type OwnershipState,
} from './store-model.ts';
export { Tenure, type Expired, type TenureChange } from './tenure.ts';
