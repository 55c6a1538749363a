import {
  claimsToCommit,
  claimsToGiveUp,
  planShards,
  type ClaimCommand,
  type ShardClaim,
} from '#libs/ownership';
import { claimShards, lockMatchers, readShards, type TripTransaction } from '#libs/store';

/** What a change of membership led to. */
export interface CommittedPlan {
  shards: ShardClaim[];
  changed: ShardClaim[];
}

/** Writes who joined or left, given who was a matcher, and says who is one now. */
export type MembershipChange = (
  transaction: TripTransaction,
  matchers: readonly string[],
) => Promise<readonly string[]>;

/**
 * Changes who is a matcher, plans anew, and sets every shard that changes hands to its next epoch, all in the
 * caller's transaction. One at a time: the membership is locked.
 *
 * @param subject the instance that joins or leaves. One that joins gets a new epoch even for shards it had before,
 *   which shuts out whatever its former incarnation may still send
 */
export async function commitPlan(
  transaction: TripTransaction,
  cells: readonly string[],
  change: MembershipChange,
  subject: string,
): Promise<CommittedPlan> {
  const matchers = await change(transaction, await lockMatchers(transaction));
  const rows = await readShards(transaction);
  const commands =
    matchers.length === 0 ? claimsToGiveUp(rows) : plannedClaims(cells, matchers, rows, subject);
  const moved = new Set(await claimShards(transaction, commands, transaction.nowMs));
  if (moved.size !== commands.length)
    throw new Error(`${commands.length - moved.size} shards changed under the membership lock`);
  const shards = await readShards(transaction);
  return { shards, changed: shards.filter(({ shard }) => moved.has(shard)) };
}

function plannedClaims(
  cells: readonly string[],
  matchers: readonly string[],
  rows: readonly ShardClaim[],
  subject: string,
): ClaimCommand[] {
  const plan = planShards(cells, matchers, rows);
  return claimsToCommit(plan, rows, new Set([subject]));
}
