import { Pool, type PoolClient, type QueryResultRow } from 'pg';
import { HailgridError } from '#libs/contracts';
import type { ClusterWatch, HeardHost } from './cluster-watch.ts';
import { currentClient } from './current-client.ts';
import { findPrimary, isAtWork, type Primary } from './find-primary.ts';
import {
  errorBeforeCommit,
  isConflict,
  isOutage,
  isRefusal,
  NoPrimary,
  OutcomeUnknown,
  saysUnreplicated,
} from './outage.ts';
import { retryWithin, settlesWithin } from './retry-within.ts';
import { asAtStart, type UrlNow } from './url-now.ts';
import { typeParsers } from './values.ts';

/** One SQL statement with its parameters; a named one is prepared once per connection. */
export interface Statement {
  name: string;
  text: string;
  values: readonly unknown[];
}

/** Runs statements: in a transaction, or each as its own transaction. */
export interface Queryable {
  rows<R extends QueryResultRow>(statement: Statement): Promise<R[]>;
}

export interface DatabaseSettings {
  /** Every host of the cluster; the writable one is found among them. */
  urls: readonly string[];
  maxConnections: number;
  applicationName: string;
  /** The URL for each new connection; by default the one of the start. */
  urlNow?: UrlNow;
  /** Reports a new primary, so that the replaced one is left at once. */
  watch?: ClusterWatch;
}

/** How long to wait for a connection of the pool, new or returned. */
const ACQUIRE_TIMEOUT_MS = 4_000;
/**
 * After this time the server cancels a statement, so that its locks do not outlive its caller. The wait for the standby
 * does not count: Postgres stops the timer before it commits.
 */
const STATEMENT_TIMEOUT_MS = 4_000;
/** How long a caller waits for the answer to a statement. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 500;
/** After this idle time inside a transaction the server ends the session, so that it does not keep its locks. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
/**
 * How long a caller waits for a new primary before it gets `unavailable`. Below the 5 s command deadline, so that the caller
 * still hears the answer.
 */
const PRIMARY_BUDGET_MS = 3_000;
/** The random pause between two searches for the primary. */
const SEARCH_PAUSE = { minMs: 50, maxMs: 250 };
/** How often a transaction is retried after a serialization failure or deadlock. */
const MAX_CONFLICT_RETRIES = 5;

/**
 * Connections that were warned since their last commit. When the wait for the standby is canceled, Postgres commits
 * locally, warns, and reports success: that is not an acknowledgement we may pass on.
 */
const warned = new WeakSet<PoolClient>();

/** Connections to the server that took writes when they were opened. */
interface OpenPool extends Primary {
  readonly pool: Pool;
  readonly clients: ReadonlySet<PoolClient>;
}

/**
 * A pool that follows the primary. Leaves a server that is gone or takes no writes, and searches for the writable one.
 * Retries work within a budget if it certainly was not committed, and never if it may have been.
 */
export class Database {
  readonly #settings: DatabaseSettings;
  readonly #urlNow: UrlNow;
  /** The pool that is open or being opened; `#open` is its result. */
  #pool: Promise<OpenPool> | undefined;
  #open: OpenPool | undefined;
  /** Timeline of the newest primary seen; a primary of an older timeline was replaced. */
  #timeline = 0;
  #closed = false;

  constructor(settings: DatabaseSettings) {
    this.#settings = settings;
    this.#urlNow = settings.urlNow ?? asAtStart;
    settings.watch?.onHeard((host) => this.#hear(host));
  }

  /** Runs one statement in a transaction of its own. */
  async rows<R extends QueryResultRow>(statement: Statement): Promise<R[]> {
    return this.#onPrimary((client) => runAlone<R>(client, statement));
  }

  /**
   * Runs `work` in one transaction and commits. Runs it again after a serialization failure or deadlock, or a connection lost
   * before COMMIT was sent: nothing was committed then. Rethrows an error of `work` after the rollback. Throws `unavailable`
   * without a primary, and {@link OutcomeUnknown} if the commit may have been made.
   */
  async transact<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#onPrimary((client) => runTransaction(client, work));
      } catch (error) {
        if (!isConflict(error) || attempt > MAX_CONFLICT_RETRIES) throw error;
      }
    }
  }

  /** Throws if no primary answers; does not wait for a new one. */
  async ping(): Promise<void> {
    const statement = { name: 'ping', text: 'SELECT 1', values: [] };
    await this.#withClient((client) => runAlone(client, statement), PRIMARY_BUDGET_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opened = await this.#pool?.catch(() => undefined);
    await opened?.pool.end();
  }

  #onPrimary<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    return retryWithin(PRIMARY_BUDGET_MS, (leftMs) => this.#withClient(use, leftMs), {
      isWorthRetrying: (error) => error instanceof NoPrimary,
      pause: SEARCH_PAUSE,
    });
  }

  async #withClient<T>(use: (client: PoolClient) => Promise<T>, searchMs: number): Promise<T> {
    const opening = this.#connected();
    if (!(await settlesWithin(opening, searchMs))) throw new NoPrimary('the search takes too long');
    const opened = await opening;
    const client = await opened.pool.connect().catch((error: unknown) => this.#notConnected(opened, error));
    const work = this.#workWith(client, opened, use);
    if (await settlesWithin(work, ANSWER_TIMEOUT_MS)) return work;
    void this.#watch(client, opened, work);
    throw new OutcomeUnknown('the database takes too long');
  }

  async #workWith<T>(
    client: PoolClient,
    opened: OpenPool,
    use: (client: PoolClient) => Promise<T>,
  ): Promise<T> {
    let isBroken = false;
    try {
      return await use(client);
    } catch (error) {
      isBroken = isOutage(error instanceof OutcomeUnknown ? error.cause : error);
      if (isBroken) this.#leave(opened);
      throw errorBeforeCommit(error);
    } finally {
      client.release(isBroken);
    }
  }

  /**
   * Keeps the connection of work whose caller has given up while the server still runs it, such as a commit that waits for
   * the standby. Closing it would leave the session waiting on the server, and each new connection would add another.
   */
  async #watch(client: PoolClient, { url }: OpenPool, work: Promise<unknown>): Promise<void> {
    do {
      const asked = isAtWork(this.#urlNow(url), sessionPid(client)).catch(() => false);
      const isAtWorkStill = !this.#closed && (await asked);
      if (!isAtWorkStill) return client.end();
    } while (!(await settlesWithin(work, ANSWER_TIMEOUT_MS)));
  }

  #connected(): Promise<OpenPool> {
    if (this.#closed) throw new HailgridError('shutting_down', 'the database pool is closed');
    this.#pool ??= this.#openPool();
    return this.#pool;
  }

  async #openPool(): Promise<OpenPool> {
    const primary = await findPrimary(this.#settings.urls, this.#timeline, this.#urlNow).catch(
      (error: unknown) => {
        this.#pool = undefined;
        throw new NoPrimary(error);
      },
    );
    this.#timeline = primary.timeline;
    const pool = new Pool({
      Client: currentClient(primary.url, this.#urlNow),
      max: this.#settings.maxConnections,
      application_name: this.#settings.applicationName,
      connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      keepAlive: true,
      types: typeParsers,
    });
    // The pool replaces an idle connection that breaks; without a listener its error would end the process.
    pool.on('error', () => undefined);
    const clients = new Set<PoolClient>();
    pool.on('remove', (client) => void clients.delete(client));
    pool.on('connect', (client) => {
      clients.add(client);
      // The pool listens to idle connections only; a user of this one gets the error from its statement.
      client.on('error', () => undefined);
      client.on('notice', ({ code }) => void (saysUnreplicated(code) && warned.add(client)));
    });
    this.#open = { ...primary, pool, clients };
    return this.#open;
  }

  /**
   * Leaves a primary that was replaced or demoted. A replaced one may be frozen, and its answers no longer count: its
   * connections are closed, and their callers get {@link OutcomeUnknown}.
   */
  #hear({ url, state: { role, timeline } }: HeardHost): void {
    const opened = this.#open;
    if (opened === undefined) return;
    const isReplaced = role === 'primary' && timeline !== null && timeline > opened.timeline;
    const isDemoted = role !== 'primary' && url === opened.url;
    if (!isReplaced && !isDemoted) return;
    this.#leave(opened);
    if (isReplaced) for (const client of opened.clients) client.end().catch(() => undefined);
  }

  /** Leaves the server unless all connections of the pool are busy: that says nothing about the server. */
  #notConnected(opened: OpenPool, cause: unknown): never {
    if (opened.pool.totalCount >= this.#settings.maxConnections)
      throw new HailgridError('unavailable', 'all connections to the database are busy', { cause });
    this.#leave(opened);
    throw new NoPrimary(cause);
  }

  /** Closes the pool; the next caller searches for the primary. */
  #leave(opened: OpenPool): void {
    if (this.#open !== opened) return;
    this.#pool = undefined;
    this.#open = undefined;
    opened.pool.end().catch(() => undefined);
  }
}

/** Runs a statement outside a transaction: it is its own commit. */
async function runAlone<R extends QueryResultRow>(client: PoolClient, statement: Statement): Promise<R[]> {
  const rows = await orUnknown(run<R>(client, statement));
  refuseUnreplicated(client);
  return rows;
}

async function runTransaction<T>(
  client: PoolClient,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  await client.query('BEGIN');
  let result: T;
  try {
    result = await work({ rows: (statement) => run(client, statement) });
  } catch (error) {
    if (!isOutage(error)) await client.query('ROLLBACK');
    throw error;
  }
  const { command } = await orUnknown(client.query('COMMIT'));
  // Postgres answers ROLLBACK, without an error, where a statement failed and the work swallowed its error.
  if (command !== 'COMMIT') throw new Error(`${command}: the transaction was rolled back`);
  refuseUnreplicated(client);
  return result;
}

/** Reports a lost connection as {@link OutcomeUnknown}, since the commit was sent. A read-only server committed nothing. */
async function orUnknown<T>(sent: Promise<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    if (!isOutage(error) || isRefusal(error)) throw error;
    throw new OutcomeUnknown('the reply to a commit was lost', error);
  }
}

/** Throws if the commit may be on the primary only: its outcome is unknown until the standby is back. */
function refuseUnreplicated(client: PoolClient): void {
  if (warned.delete(client)) throw new OutcomeUnknown('committed without the synchronous standby');
}

async function run<R extends QueryResultRow>(client: PoolClient, statement: Statement): Promise<R[]> {
  const { name, text, values } = statement;
  const result = await client.query<R>({ name, text, values: [...values] });
  return result.rows;
}

/** The pid of the server process; `pg` has it, its types do not. */
function sessionPid(client: PoolClient): number | undefined {
  return 'processID' in client && typeof client.processID === 'number' ? client.processID : undefined;
}
