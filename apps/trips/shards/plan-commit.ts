import { claimsToCommit, planShards, type ShardClaim } from '#libs/ownership';
import { claimShards, lockMatchers, readShards, type ShardCas, type TripTransaction } from '#libs/store';

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
 * Changes who is a matcher, plans anew, and sets every shard that changes hands to its next epoch, all in the caller's
 * transaction. One at a time: the membership is locked.
 *
 * @param subject the instance that joins or leaves. One that joins gets a new epoch even for shards it had before, which
 *   shuts out whatever its former incarnation may still send
 */
export async function commitPlan(
  transaction: TripTransaction,
  cells: readonly string[],
  change: MembershipChange,
  subject: string,
): Promise<CommittedPlan> {
  const matchers = await change(transaction, await lockMatchers(transaction));
  const rows = await readShards(transaction);
  const sets = matchers.length === 0 ? disown(rows) : plannedSets(cells, matchers, rows, subject);
  const moved = new Set(await claimShards(transaction, sets, transaction.nowMs));
  if (moved.size !== sets.length)
    throw new Error(`${sets.length - moved.size} shards changed under the membership lock`);
  const shards = await readShards(transaction);
  return { shards, changed: shards.filter(({ shard }) => moved.has(shard)) };
}

function plannedSets(
  cells: readonly string[],
  matchers: readonly string[],
  rows: readonly ShardClaim[],
  subject: string,
): ShardCas[] {
  const plan = planShards(cells, matchers, rows);
  return claimsToCommit(plan, rows, new Set([subject]));
}

/** The last matcher has left: the shards are nobody's, and their demand waits for the next one. */
function disown(rows: readonly ShardClaim[]): ShardCas[] {
  return rows
    .filter(({ owner }) => owner !== null)
    .map(({ shard, epoch }) => ({ shard, owner: null, epoch: epoch + 1, seenEpoch: epoch }));
}
