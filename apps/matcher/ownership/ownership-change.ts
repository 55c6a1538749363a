import type { InstanceName, ShardClaim, ShardMap } from '#libs/ownership';

/** What news about claims mean to one instance. */
export interface OwnershipChange {
  /** Shards it owns now and did not before. */
  readonly gained: readonly ShardClaim[];
  /** Shards it owned and owns still, at a higher epoch. */
  readonly renewed: readonly ShardClaim[];
  /** Shards it owned, with the claim that ended that. */
  readonly lost: readonly ShardClaim[];
}

/** Sorts the claims that changed since `before` by what they mean to `self`; those between others mean nothing. */
export function ownershipChange(
  before: ShardMap,
  changed: readonly ShardClaim[],
  self: InstanceName,
): OwnershipChange {
  const gained: ShardClaim[] = [];
  const renewed: ShardClaim[] = [];
  const lost: ShardClaim[] = [];
  for (const claim of changed) {
    const owned = before.claim(claim.shard)?.owner === self;
    if (claim.owner === self) (owned ? renewed : gained).push(claim);
    else if (owned) lost.push(claim);
  }
  return { gained, renewed, lost };
}
