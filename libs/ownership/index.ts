export { answer, type OwnershipAnswer, type RoutedTo } from './answer.ts';
export { claimsToCommit, claimsToGiveUp, type ClaimCommand } from './claims-to-commit.ts';
export { planShards } from './plan-shards.ts';
export type { InstanceName, OwnedShard, ShardClaim, ShardKey } from './shard-claim.ts';
export { route, ShardMap } from './shard-map.ts';
