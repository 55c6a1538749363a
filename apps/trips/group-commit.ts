import { HailgridError } from '#libs/contracts';
import type { Outcome, SharedWork, WrittenChange } from '#libs/store';

/** Longer transactions would keep those that come first waiting for the last. */
export const MAX_COMMANDS_PER_TRANSACTION = 64;
/** A transaction that takes longer (it may wait for a lock that somebody holds) does not hold up the next one. */
const SLOW_TRANSACTION_MS = 25;
/** With so many slow ones nothing would be won by another. */
export const MAX_SHARED_TRANSACTIONS = 4;
/** Past that a command is refused: it would outlive its asker's patience. */
export const MAX_COMMANDS_WAITING = 1_000;

export interface GroupCommitOptions {
  /** Runs commands in one transaction and commits it. */
  transact: (works: readonly SharedWork[]) => Promise<Outcome[]>;
  /** Told of what is committed, transaction by transaction. */
  onCommitted: (changes: readonly WrittenChange[]) => void;
}

interface WaitingCommand {
  readonly work: SharedWork;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Commits commands that arrive together in one transaction, each with an outcome of its own. Nobody waits for company: what
 * arrives while a transaction is under way forms the next one.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: WaitingCommand[] = [];
  /** Transactions under way that have not turned out to be slow: one at most. */
  #prompt = 0;
  #slow = 0;
  #isScheduled = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Resolves with what the work gives once that is committed; rejects with what it throws. */
  commit(work: SharedWork): Promise<unknown> {
    if (this.#waiting.length >= MAX_COMMANDS_WAITING)
      return Promise.reject(new HailgridError('unavailable', `${MAX_COMMANDS_WAITING} commands wait`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      this.#schedule();
    });
  }

  /** What arrives by one read of a socket arrives together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#prompt > 0 || this.#slow >= MAX_SHARED_TRANSACTIONS || this.#waiting.length === 0) return;
      void this.#commitNext(this.#waiting.splice(0, MAX_COMMANDS_PER_TRANSACTION));
    });
  }

  async #commitNext(commands: readonly WaitingCommand[]): Promise<void> {
    let isSlow = false;
    this.#prompt += 1;
    const slow = setTimeout(() => {
      isSlow = true;
      this.#prompt -= 1;
      this.#slow += 1;
      this.#schedule();
    }, SLOW_TRANSACTION_MS);
    this.#waiting.unshift(...(await this.#commitTogether(commands)));
    clearTimeout(slow);
    if (isSlow) this.#slow -= 1;
    else this.#prompt -= 1;
    this.#schedule();
  }

  /** Gives the commands that are to be tried again. Where one spoils the transaction, all are committed one by one. */
  async #commitTogether(commands: readonly WaitingCommand[]): Promise<WaitingCommand[]> {
    try {
      const outcomes = await this.#options.transact(commands.map(({ work }) => work));
      const again = this.#tell(commands, outcomes);
      // Each had what another one wanted.
      return again.length < commands.length ? again : await this.#commitAlone(commands);
    } catch (error) {
      if (commands.length > 1 && !isEverybodys(error)) return this.#commitAlone(commands);
      for (const { reject } of commands) reject(error);
      return [];
    }
  }

  async #commitAlone(commands: readonly WaitingCommand[]): Promise<WaitingCommand[]> {
    const again: WaitingCommand[] = [];
    for (const command of commands) again.push(...(await this.#commitTogether([command])));
    return again;
  }

  #tell(commands: readonly WaitingCommand[], outcomes: readonly Outcome[]): WaitingCommand[] {
    this.#options.onCommitted(outcomes.flatMap((one) => (one.outcome === 'done' ? one.changes : [])));
    return commands.filter(({ resolve, reject }, index) => {
      const outcome = outcomes[index];
      if (outcome?.outcome === 'done') resolve(outcome.result);
      else if (outcome?.outcome === 'refused') reject(outcome.reason);
      else return true;
      return false;
    });
  }
}

/** The database is not to be had: none of them is to blame. */
function isEverybodys(error: unknown): boolean {
  return error instanceof HailgridError && error.status === 503;
}
