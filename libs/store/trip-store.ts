import type { Database, Queryable, Statement } from './postgres/database.ts';
import { OutcomeUnknown } from './postgres/outage.ts';
import { retryWithin } from './postgres/retry-within.ts';
import type { StandbyReads } from './postgres/standby-reads.ts';
import { TripTransaction, type Moment, type OnceRequest } from './commit/command-transaction.ts';
import { GroupCommit, runBatch, type CommandWork } from './commit/group-commit.ts';
import type { WrittenChange } from './written-change.ts';

/**
 * How long a command with a key retries to learn the outcome of a lost commit. Below the 5 s command deadline, so that
 * the caller still hears the answer.
 */
export const SETTLING_LIMIT_MS = 4_000;
/** Spreads the retries of commands whose commit was lost together. */
const SETTLING_PAUSE = { minMs: 0, maxMs: 50 };

export interface TripStoreSettings {
  /** Service time, in milliseconds. */
  now: () => number;
  /** How long only the committing process publishes a change, in service time. */
  outboxGraceMs: number;
}

/**
 * Trips in Postgres. Every change of state goes through {@link commit}, {@link transactOnce} or {@link transact}; single
 * reads may run directly. Decisions rest on reads from the primary; reads for display use {@link upToDate} or
 * {@link mayLag}.
 */
export class TripStore implements Queryable {
  readonly #database: Database;
  readonly #settings: TripStoreSettings;
  readonly #reads: StandbyReads | undefined;
  readonly #group: GroupCommit;
  #publish: (changes: readonly WrittenChange[]) => void = () => undefined;

  /** Without `reads` the primary answers everything. */
  constructor(database: Database, settings: TripStoreSettings, reads?: StandbyReads) {
    this.#database = database;
    this.#settings = settings;
    this.#reads = reads;
    this.#group = new GroupCommit({
      transact: (commands) =>
        this.#database.transact((transaction) => runBatch(transaction, this.#moment(), commands)),
      onCommitted: (changes) => this.#publish(changes),
    });
  }

  /** Sets the listener that gets the changes of each transaction after its commit, and only then. It must not throw. */
  onCommitted(publish: (changes: readonly WrittenChange[]) => void): void {
    this.#publish = publish;
  }

  /** Reads from a standby that shows everything acknowledged before, else from the primary. */
  get upToDate(): Queryable {
    return this.#reads?.upToDate ?? this;
  }

  /** Reads from a standby that may be some seconds behind, else from the primary. */
  get mayLag(): Queryable {
    return this.#reads?.mayLag ?? this;
  }

  /** Service time. */
  get nowMs(): number {
    return this.#settings.now();
  }

  rows<R extends Record<string, unknown>>(statement: Statement): Promise<R[]> {
    return this.#database.rows<R>(statement);
  }

  /** Runs a command once under its key, in one transaction with the commands that arrive together with it. */
  commit<T>(request: OnceRequest<T>, work: CommandWork<T>): Promise<T> {
    return settled(request, () =>
      this.#group.commit((transaction) => transaction.once(request, () => work(transaction))),
    );
  }

  /** Runs the work once under its key, in a transaction of its own. */
  transactOnce<T>(request: OnceRequest<T>, work: (transaction: TripTransaction) => Promise<T>): Promise<T> {
    return settled(request, () =>
      this.transact((transaction) => transaction.once(request, () => work(transaction))),
    );
  }

  /** Runs the work in a transaction of its own; runs it again after a serialization failure. */
  async transact<T>(work: (transaction: TripTransaction) => Promise<T>): Promise<T> {
    const { result, written } = await this.#database.transact(async (queryable) => {
      const transaction = new TripTransaction(queryable, this.#moment());
      return { result: await work(transaction), written: transaction.written };
    });
    if (written.length > 0) this.#publish(written);
    return result;
  }

  async ping(): Promise<void> {
    await this.#database.ping();
  }

  async close(): Promise<void> {
    await Promise.all([this.#database.close(), this.#reads?.close()]);
  }

  #moment(): Moment {
    const nowMs = this.#settings.now();
    return { nowMs, outboxDueAtMs: nowMs + this.#settings.outboxGraceMs };
  }
}

/**
 * Retries for {@link SETTLING_LIMIT_MS} while the outcome of the commit is unknown: a retry finds the answer under the key, or
 * nothing was committed and it runs the command. If the first commit is still running, it holds the key and the retry waits.
 * Without a key the outcome stays unknown.
 */
function settled<T>({ idempotency }: OnceRequest<T>, attempt: () => Promise<T>): Promise<T> {
  if (idempotency === undefined) return attempt();
  return retryWithin(SETTLING_LIMIT_MS, attempt, {
    isWorthRetrying: (error) => error instanceof OutcomeUnknown,
    pause: SETTLING_PAUSE,
  });
}
