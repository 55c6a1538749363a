import type { Database, Queryable, Statement } from './postgres/database.ts';
import type { StandbyReads } from './postgres/standby-reads.ts';
import type { WrittenChange } from './written-change.ts';
import type { Moment } from './shared-transaction.ts';
import { shareTransaction, type Outcome, type SharedWork } from './share-transaction.ts';
import { TripTransaction } from './trip-transaction.ts';

/** What a transaction gave back, and the changes that are now committed and may be told. */
export interface Committed<T> {
  result: T;
  changes: readonly WrittenChange[];
}

export interface TripStoreSettings {
  /** Service time, in milliseconds. */
  now: () => number;
  /** How long a change is left to the process that commits it to be pushed, in service time. */
  outboxGraceMs: number;
}

/**
 * Trips in Postgres. Every change of state goes through {@link transact}; single statements may be read directly. What
 * decisions rest on is read from the primary, what people look at by {@link upToDate} or {@link mayLag}.
 */
export class TripStore implements Queryable {
  readonly #database: Database;
  readonly #settings: TripStoreSettings;
  readonly #reads: StandbyReads | undefined;

  /** Without `reads` the primary answers everything. */
  constructor(database: Database, settings: TripStoreSettings, reads?: StandbyReads) {
    this.#database = database;
    this.#settings = settings;
    this.#reads = reads;
  }

  /** Reads by a standby, where one shows everything that was acknowledged to anybody before; else by the primary. */
  get upToDate(): Queryable {
    return this.#reads?.upToDate ?? this;
  }

  /** Reads by a standby, which may be some seconds behind; else by the primary. */
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

  /** Runs the closure in one transaction; it may run again where the server undid it for another's sake. */
  async transact<T>(work: (transaction: TripTransaction) => Promise<T>): Promise<Committed<T>> {
    return this.#database.transact(async (queryable) => {
      const transaction = new TripTransaction(queryable, this.#moment());
      const result = await work(transaction);
      return { result, changes: transaction.written };
    });
  }

  /** Runs commands that arrived together in one transaction; see {@link shareTransaction}. */
  async transactTogether(works: readonly SharedWork[]): Promise<Outcome[]> {
    return this.#database.transact((queryable) => shareTransaction(queryable, this.#moment(), works));
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
