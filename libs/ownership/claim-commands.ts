import type { ClaimKind, ShardCommand } from './ownership-change.ts';
import type { InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';

/** Epoch of the first claim ever made on a shard. */
export const FIRST_EPOCH = 1;

/** Gives a shard, whose row is `row` if it has one, to an owner (null: to nobody) at its next epoch. */
export function claimCommand(
  row: ShardClaim | undefined,
  shard: ShardKey,
  owner: InstanceName | null,
  kind: ClaimKind,
): ShardCommand {
  if (row === undefined) return { shard, owner, epoch: FIRST_EPOCH, seenEpoch: null, retired: false, kind };
  return { shard, owner, epoch: row.epoch + 1, seenEpoch: row.epoch, retired: false, kind };
}
