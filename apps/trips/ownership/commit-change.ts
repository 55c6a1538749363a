import type { ChangeOutcome, OwnershipChange } from '#libs/ownership';
import { changeMembers, claimShards, lockTerm, type TripStore } from '#libs/store';

/** Thrown inside the transaction to roll it back. */
class StaleChange extends Error {
  override readonly name = 'StaleChange';
}

/**
 * Commits a planner's change as a whole if its term is still current. The term's row is locked first: a planner with a
 * later term waits for this commit, and then decides on its result.
 */
export async function commitChange(
  store: TripStore,
  term: number,
  { claims, members }: OwnershipChange,
): Promise<ChangeOutcome> {
  try {
    return await store.transact(async (transaction): Promise<ChangeOutcome> => {
      if ((await lockTerm(transaction)) !== term) return 'deposed';
      const changed = await changeMembers(transaction, members, transaction.nowMs);
      const claimed = await claimShards(transaction, claims, term, transaction.nowMs);
      if (changed !== members.length || claimed.length !== claims.length) throw new StaleChange();
      return 'done';
    });
  } catch (error) {
    if (error instanceof StaleChange) return 'stale';
    throw error;
  }
}
