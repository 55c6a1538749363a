import type { InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';

/** Who shall own a shard. */
export interface ShardAssignment {
  readonly shard: ShardKey;
  readonly owner: InstanceName;
}

/**
 * One compare-and-set: give the shard to `owner` at `epoch` if its row still has `seenEpoch`; `null` means that
 * there is no row yet, and to insert one.
 */
export interface ClaimCommand extends ShardClaim {
  readonly seenEpoch: number | null;
}

/** Epoch of the first claim ever made on a shard. */
export const FIRST_EPOCH = 1;

/**
 * The commands that turn the rows into the plan: one for each shard whose owner changes, and one for each shard of an
 * instance in `rejoined`, since a new incarnation must not be mistaken for the one that died.
 */
export function claimsToCommit(
  plan: readonly ShardAssignment[],
  currentRows: Iterable<ShardClaim>,
  rejoined: ReadonlySet<InstanceName> = new Set(),
): ClaimCommand[] {
  const rows = new Map([...currentRows].map((row) => [row.shard, row]));
  return plan.flatMap(({ shard, owner }): ClaimCommand[] => {
    const row = rows.get(shard);
    if (row === undefined) return [{ shard, owner, epoch: FIRST_EPOCH, seenEpoch: null }];
    if (row.owner === owner && !rejoined.has(owner)) return [];
    return [{ shard, owner, epoch: row.epoch + 1, seenEpoch: row.epoch }];
  });
}

/** The commands after which no shard has an owner: what was demanded there waits for the next one. */
export function claimsToGiveUp(currentRows: Iterable<ShardClaim>): ClaimCommand[] {
  return [...currentRows]
    .filter(({ owner }) => owner !== null)
    .map(({ shard, epoch }) => ({ shard, owner: null, epoch: epoch + 1, seenEpoch: epoch }));
}
