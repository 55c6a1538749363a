import type { Queryable } from './postgres/database.ts';
import { SharedTransaction, type Moment } from './shared-transaction.ts';
import { releaseIdempotencyKeys } from './statements/idempotency-keys.ts';
import { Gathering, PutOff } from './steps/gathering.ts';
import type { WrittenChange } from './written-change.ts';

/** What one command does in a transaction that it shares with others. */
export type SharedWork = (transaction: SharedTransaction) => Promise<unknown>;

/**
 * What became of one of the commands. `refused`: it threw before it wrote anything. `put_off`: it wants what another one of
 * them has, and is to be tried again after this transaction.
 */
export type Outcome =
  | { outcome: 'done'; result: unknown; changes: readonly WrittenChange[] }
  | { outcome: 'refused'; reason: unknown }
  | { outcome: 'put_off' };

/**
 * Runs commands in one transaction, with an outcome each: what a command refuses costs the others nothing. Throws, and
 * nothing is done, where a statement fails, or a command after it has written.
 */
export async function shareTransaction(
  transaction: Queryable,
  moment: Moment,
  works: readonly SharedWork[],
): Promise<Outcome[]> {
  const gathering = new Gathering(transaction, works.length);
  const parts = works.map((_, member) => new SharedTransaction(gathering.takerOf(member), moment));
  const settled = await Promise.allSettled(
    works.map(async (work, member) => {
      try {
        return await work(partOf(parts, member));
      } finally {
        gathering.leave();
      }
    }),
  );
  if (gathering.failure !== undefined) throw gathering.failure.error;
  const outcomes = settled.map((one, member) => outcomeOf(one, partOf(parts, member)));
  const unused = parts.flatMap(({ reserved }, member) =>
    outcomes[member]?.outcome === 'done' ? [] : [...reserved],
  );
  if (unused.length > 0) await releaseIdempotencyKeys(transaction, unused);
  return outcomes;
}

function partOf(parts: readonly SharedTransaction[], member: number): SharedTransaction {
  const part = parts[member];
  if (part === undefined) throw new RangeError(`no command ${member} of ${parts.length}`);
  return part;
}

function outcomeOf(settled: PromiseSettledResult<unknown>, part: SharedTransaction): Outcome {
  if (settled.status === 'fulfilled')
    return { outcome: 'done', result: settled.value, changes: part.written };
  if (part.hasWritten) throw settled.reason;
  return settled.reason instanceof PutOff
    ? { outcome: 'put_off' }
    : { outcome: 'refused', reason: settled.reason };
}
