import { HailgridError } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { releaseIdempotencyKeys } from '../statements/idempotency-keys.ts';
import type { WrittenChange } from '../written-change.ts';
import { BatchConflict, CommandBatch } from './command-batch.ts';
import { CommandTransaction, type Moment } from './command-transaction.ts';

/** How many commands share a transaction: in a longer one the first commands would wait for the last. */
export const MAX_COMMANDS_PER_TRANSACTION = 64;
/** After this time a transaction, which may wait for a lock, no longer holds up the next one. */
const SLOW_TRANSACTION_MS = 25;
/** How many slow transactions run at once before commands wait: one more would gain nothing. */
export const MAX_SHARED_TRANSACTIONS = 4;
/**
 * How many commands wait for a transaction before the next one gets `unavailable`: it would only be answered after
 * its deadline.
 */
export const MAX_COMMANDS_WAITING = 1_000;

export type CommandWork<T> = (transaction: CommandTransaction) => Promise<T>;

/** How a command ended in its transaction. `refused`: it threw before it wrote. `conflict`: it moves to the next batch. */
export type CommandOutcome<T> =
  | { type: 'done'; result: T; changes: readonly WrittenChange[] }
  | { type: 'refused'; reason: unknown }
  | { type: 'conflict' };

/** A command in a batch, whatever its result type. */
export interface BatchMember {
  readonly work: CommandWork<unknown>;
  readonly outcome: CommandOutcome<unknown>;
  /** Runs the work and keeps its outcome; runs again when the transaction does. Throws if the work throws after a write. */
  run(transaction: CommandTransaction): Promise<void>;
  /** Answers the caller after the commit. False after a conflict: the command has to run again. */
  deliver(): boolean;
  /** Rejects with the reason why the transaction was not committed. */
  fail(reason: unknown): void;
}

/** A command that waits for its commit, with the caller's promise. */
export class BatchedCommand<T> implements BatchMember {
  readonly work: CommandWork<T>;
  readonly #answer = Promise.withResolvers<T>();
  #outcome: CommandOutcome<T> = { type: 'conflict' };

  constructor(work: CommandWork<T>) {
    this.work = work;
  }

  get answer(): Promise<T> {
    return this.#answer.promise;
  }

  get outcome(): CommandOutcome<T> {
    return this.#outcome;
  }

  async run(transaction: CommandTransaction): Promise<void> {
    try {
      const result = await this.work(transaction);
      this.#outcome = { type: 'done', result, changes: transaction.written };
    } catch (reason) {
      if (transaction.hasWritten) throw reason;
      this.#outcome = reason instanceof BatchConflict ? { type: 'conflict' } : { type: 'refused', reason };
    }
  }

  deliver(): boolean {
    if (this.#outcome.type === 'conflict') return false;
    if (this.#outcome.type === 'done') this.#answer.resolve(this.#outcome.result);
    else this.#answer.reject(this.#outcome.reason);
    return true;
  }

  fail(reason: unknown): void {
    this.#answer.reject(reason);
  }
}

export interface GroupCommitOptions {
  /** Runs the commands in one transaction and commits it. */
  transact: (commands: readonly BatchMember[]) => Promise<void>;
  /** Called after each commit with the changes in it. */
  onCommitted: (changes: readonly WrittenChange[]) => void;
}

/**
 * Commits commands that arrive together in one transaction, with an outcome each. The first command starts at once;
 * commands that arrive during a transaction form the next batch.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: BatchMember[] = [];
  /** Transactions under way that are not slow: one at most. */
  #prompt = 0;
  #slow = 0;
  #isScheduled = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Resolves with the result of the work once it is committed; rejects with what the work throws. */
  async commit<T>(work: CommandWork<T>): Promise<T> {
    if (this.#waiting.length >= MAX_COMMANDS_WAITING)
      throw new HailgridError('unavailable', `${MAX_COMMANDS_WAITING} commands wait`);
    const command = new BatchedCommand(work);
    this.#waiting.push(command);
    this.#schedule();
    return command.answer;
  }

  /** Starts the next transaction in the next turn: commands of one socket read arrive within one turn. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#prompt > 0 || this.#slow >= MAX_SHARED_TRANSACTIONS || this.#waiting.length === 0) return;
      void this.#commitNext(this.#waiting.splice(0, MAX_COMMANDS_PER_TRANSACTION));
    });
  }

  async #commitNext(commands: readonly BatchMember[]): Promise<void> {
    let isSlow = false;
    this.#prompt += 1;
    const slow = setTimeout(() => {
      isSlow = true;
      this.#prompt -= 1;
      this.#slow += 1;
      this.#schedule();
    }, SLOW_TRANSACTION_MS);
    this.#waiting.unshift(...(await this.#commitBatch(commands)));
    clearTimeout(slow);
    if (isSlow) this.#slow -= 1;
    else this.#prompt -= 1;
    this.#schedule();
  }

  /** Returns the commands that have to run again. If one of them fails the transaction, each is committed alone. */
  async #commitBatch(commands: readonly BatchMember[]): Promise<BatchMember[]> {
    try {
      await this.#options.transact(commands);
    } catch (error) {
      if (commands.length > 1 && !isDatabaseUnavailable(error)) return this.#commitEachAlone(commands);
      for (const command of commands) command.fail(error);
      return [];
    }
    this.#options.onCommitted(
      commands.flatMap(({ outcome }) => (outcome.type === 'done' ? outcome.changes : [])),
    );
    const conflicting = commands.filter((command) => !command.deliver());
    // Each command conflicted with another one: the next batch would end the same way.
    return conflicting.length < commands.length ? conflicting : this.#commitEachAlone(commands);
  }

  async #commitEachAlone(commands: readonly BatchMember[]): Promise<BatchMember[]> {
    const again: BatchMember[] = [];
    for (const command of commands) again.push(...(await this.#commitBatch([command])));
    return again;
  }
}

/** Whether the database failed, rather than a command: then committing each command alone does not help. */
function isDatabaseUnavailable(error: unknown): boolean {
  return error instanceof HailgridError && error.status === 503;
}

/**
 * Runs commands in one transaction, each to its own outcome: a refusal costs the others nothing. Throws if a statement fails
 * or a command throws after it has written; then nothing is committed.
 */
export async function runBatch(
  transaction: Queryable,
  moment: Moment,
  commands: readonly BatchMember[],
): Promise<void> {
  const batch = new CommandBatch(transaction, commands.length);
  const runs = commands.map(async (command, member) => {
    const part = new CommandTransaction(batch, member, moment);
    try {
      await command.run(part);
    } finally {
      batch.leave();
    }
    return command.outcome.type === 'done' ? [] : part.reserved;
  });
  const ended = await Promise.allSettled(runs);
  if (batch.failure !== undefined) throw batch.failure.error;
  const unusedKeys = ended.flatMap((run) => {
    if (run.status === 'rejected') throw run.reason;
    return run.value;
  });
  if (unusedKeys.length > 0) await releaseIdempotencyKeys(transaction, unusedKeys);
}
