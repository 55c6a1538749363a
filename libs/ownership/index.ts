export { answer, type OwnershipAnswer, type RoutedTo } from './answer.ts';
export { claimsToCommit, claimsToGiveUp, type ClaimCommand } from './claims-to-commit.ts';
export type { CoordinatorEffect, CoordinatorEvent, CoordinatorReport } from './coordinator-io.ts';
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
export { planShards } from './plan-shards.ts';
export type { InstanceName, OwnedShard, ShardClaim, ShardKey } from './shard-claim.ts';
export type { ShardLoad } from './shard-load.ts';
export { route, ShardMap } from './shard-map.ts';
export type { ShardRow } from './shard-row.ts';
