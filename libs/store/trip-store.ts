import type { Database, Queryable, Statement } from './postgres/database.ts';
import type { WrittenChange } from './statements/write-changes.ts';
import { TripTransaction } from './trip-transaction.ts';

/** What a transaction gave back, and the changes that are now committed and may be told. */
export interface Committed<T> {
  result: T;
  changes: readonly WrittenChange[];
}

/** Trips in Postgres. Every change of state goes through {@link transact}; single statements may be read directly. */
export class TripStore implements Queryable {
  readonly #database: Database;
  readonly #now: () => number;

  constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  rows<R extends Record<string, unknown>>(statement: Statement): Promise<R[]> {
    return this.#database.rows<R>(statement);
  }

  /** Runs the closure in one transaction; it may run again where the server undid it for another's sake. */
  async transact<T>(work: (transaction: TripTransaction) => Promise<T>): Promise<Committed<T>> {
    return this.#database.transact(async (queryable) => {
      const transaction = new TripTransaction(queryable, this.#now());
      const result = await work(transaction);
      return { result, changes: transaction.written };
    });
  }

  async ping(): Promise<void> {
    await this.#database.ping();
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}
