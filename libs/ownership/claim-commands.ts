import type { ClaimKind, ShardCommand } from './ownership-change.ts';
import type { InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';

/** Epoch of the first claim on a shard. */
export const FIRST_EPOCH = 1;

/** Gives a shard to an owner (null: no owner) at its next epoch. `row` is undefined for a new shard. */
export function claimCommand(
  row: ShardClaim | undefined,
  shard: ShardKey,
  owner: InstanceName | null,
  kind: ClaimKind,
): ShardCommand {
  if (row === undefined) return { shard, owner, epoch: FIRST_EPOCH, seenEpoch: null, retired: false, kind };
  return { shard, owner, epoch: row.epoch + 1, seenEpoch: row.epoch, retired: false, kind };
}
