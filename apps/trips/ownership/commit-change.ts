import type { ChangeOutcome, OwnershipChange } from '#libs/ownership';
import { changeMembers, claimShards, lockTerm, type TripStore } from '#libs/store';

/** Thrown inside the transaction to have all of it undone. */
class StaleChange extends Error {
  override readonly name = 'StaleChange';
}

/**
 * Carries out a planner's change, all or nothing, if its term still counts. The term's row is locked first, so that a
 * planner with a later one waits, and then goes by what this one has done.
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
