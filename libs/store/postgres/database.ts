import { Pool, type PoolClient, type QueryResultRow } from 'pg';
import { HailgridError } from '#libs/contracts';
import type { ClusterWatch, HeardHost } from './cluster-watch.ts';
import { findPrimary, isAtWork, type Primary } from './find-primary.ts';
import { isConflict, isOutage, isRefusal, isShortage, isTimeout, saysUnreplicated } from './outage.ts';
import { retryWithin, settlesWithin } from './retry-within.ts';
import { typeParsers } from './values.ts';

/** One SQL statement with its parameters; a named one is prepared once per connection. */
export interface Statement {
  name: string;
  text: string;
  values: readonly unknown[];
}

/** Where a statement can be run: a transaction, or the pool where it stands alone. */
export interface Queryable {
  rows<R extends QueryResultRow>(statement: Statement): Promise<R[]>;
}

export interface DatabaseSettings {
  /** Every host of the cluster; the one that accepts writes is found among them. */
  urls: readonly string[];
  maxConnections: number;
  applicationName: string;
  /** By it a primary that was replaced is left as soon as its successor is heard of. */
  watch?: ClusterWatch;
}

/** For a connection of the pool, be it a new one or one that has to be waited for. */
const ACQUIRE_TIMEOUT_MS = 4_000;
/**
 * A statement that takes longer is given up by the server: its locks must not outlive its caller. The wait for the
 * standby is not part of it: Postgres stops that clock before it commits.
 */
const STATEMENT_TIMEOUT_MS = 4_000;
/** Nobody waits longer than this for what is done with a connection. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 500;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
/**
 * While there is no primary its callers wait for the next one so long, and are answered `unavailable` then. Askers
 * give up after 5 s.
 */
const PRIMARY_BUDGET_MS = 3_000;
/** A transaction undone for another's sake is tried again so often. */
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
 * Whether a commit was made is not known: its reply was lost, did not come in time, or was given without the standby. What
 * was asked for under a key may be asked for again: the key tells, and holds up whoever asks while the commit goes on.
 */
export class OutcomeUnknown extends HailgridError {
  constructor(internalMessage: string, cause?: unknown) {
    super('unavailable', internalMessage, { cause });
  }
}

/** Nothing was written, and another server may take it: there is no primary just now, this one takes no writes, or it was lost on the way. */
class NoPrimary extends HailgridError {
  constructor(cause: unknown) {
    super('unavailable', 'no Postgres primary just now', { cause });
  }
}

/**
 * The pool that knows its primary. Leaves a server that is gone or takes no writes any more, and looks for the writable
 * one. What was certainly not written is tried again until then, within a budget; what may have been is not.
 */
export class Database {
  readonly #settings: DatabaseSettings;
  /** Being opened or open; `#open` is the one that this promise gave. */
  #pool: Promise<OpenPool> | undefined;
  #open: OpenPool | undefined;
  /** Of the newest primary seen; whoever claims to be one under an older timeline was replaced. */
  #timeline = 0;
  #closed = false;

  constructor(settings: DatabaseSettings) {
    this.#settings = settings;
    settings.watch?.onHeard((host) => this.#hear(host));
  }

  /** Runs one statement in a transaction of its own. */
  async rows<R extends QueryResultRow>(statement: Statement): Promise<R[]> {
    return this.#onPrimary((client) => runAlone<R>(client, statement));
  }

  /**
   * Runs `work` in one transaction and commits. It may run again where nothing of it was committed: undone by the server
   * for another's sake, or cut off before its COMMIT was sent. Throws what `work` throws, after the rollback; `unavailable`
   * where there is no primary; {@link OutcomeUnknown} where there may have been a commit.
   */
  async transact<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#onPrimary((client) => transactOnce(client, work));
      } catch (error) {
        if (!isConflict(error) || attempt > MAX_CONFLICT_RETRIES) throw error;
      }
    }
  }

  /** Throws where no primary answers; waits for none. */
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
    return retryWithin(
      PRIMARY_BUDGET_MS,
      (leftMs) => this.#withClient(use, leftMs),
      (error) => error instanceof NoPrimary,
    );
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
    let failure: unknown;
    try {
      return await use(client);
    } catch (error) {
      failure = error instanceof OutcomeUnknown ? error.cause : error;
      if (isOutage(failure)) this.#leave(opened);
      if (error instanceof OutcomeUnknown) throw error;
      // Before any commit was sent: what the server was told is undone with the session.
      if (isOutage(error)) throw new NoPrimary(error);
      if (isTimeout(error))
        throw new HailgridError('unavailable', 'a statement or its locks took too long', { cause: error });
      if (isShortage(error))
        throw new HailgridError('unavailable', 'the database is short of disk or memory', { cause: error });
      throw error;
    } finally {
      client.release(isOutage(failure));
    }
  }

  /**
   * Work that nobody waits for any more keeps its connection while the server is at it, as when a commit waits for
   * the standby: to hang up would leave the session waiting there, and each new connection would add one.
   */
  async #watch(client: PoolClient, { url }: OpenPool, work: Promise<unknown>): Promise<void> {
    do {
      const goesOn = !this.#closed && (await isAtWork(url, sessionPid(client)).catch(() => false));
      if (!goesOn) return client.end();
    } while (!(await settlesWithin(work, ANSWER_TIMEOUT_MS)));
  }

  #connected(): Promise<OpenPool> {
    if (this.#closed) throw new HailgridError('shutting_down', 'the database pool is closed');
    this.#pool ??= this.#openPool();
    return this.#pool;
  }

  async #openPool(): Promise<OpenPool> {
    const primary = await findPrimary(this.#settings.urls, this.#timeline).catch((error: unknown) => {
      this.#pool = undefined;
      throw new NoPrimary(error);
    });
    this.#timeline = primary.timeline;
    const pool = new Pool({
      connectionString: primary.url,
      max: this.#settings.maxConnections,
      application_name: this.#settings.applicationName,
      connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      keepAlive: true,
      types: typeParsers,
    });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    pool.on('error', () => undefined);
    const clients = new Set<PoolClient>();
    pool.on('remove', (client) => void clients.delete(client));
    pool.on('connect', (client) => {
      clients.add(client);
      // The pool listens to idle ones only; whoever uses this one hears of its end by its statement.
      client.on('error', () => undefined);
      client.on('notice', ({ code }) => void (saysUnreplicated(code) && warned.add(client)));
    });
    this.#open = { ...primary, pool, clients };
    return this.#open;
  }

  /**
   * Where another server was promoted since, nothing that the old one says counts any more, and it may be frozen: whoever
   * waits for it is told that the outcome is unknown.
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

  /** A pool whose connections are all at work is no reason to look for another server. */
  #notConnected(opened: OpenPool, cause: unknown): never {
    if (opened.pool.totalCount < this.#settings.maxConnections)
      return this.#left(opened, new NoPrimary(cause));
    throw new HailgridError('unavailable', 'all connections to the database are busy', { cause });
  }

  #left(opened: OpenPool, reason: HailgridError): never {
    this.#leave(opened);
    throw reason;
  }

  /** The next caller looks for the primary anew. */
  #leave(opened: OpenPool): void {
    if (this.#open !== opened) return;
    this.#pool = undefined;
    this.#open = undefined;
    opened.pool.end().catch(() => undefined);
  }
}

/** A statement outside a transaction is its own commit. */
async function runAlone<R extends QueryResultRow>(client: PoolClient, statement: Statement): Promise<R[]> {
  const rows = await commitsBy(run<R>(client, statement));
  refuseUnreplicated(client);
  return rows;
}

async function transactOnce<T>(client: PoolClient, work: (transaction: Queryable) => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  const result = await workOrRollback(client, work);
  const { command } = await commitsBy(client.query('COMMIT'));
  // What Postgres answers, without an error, where a statement failed and its error was not passed on.
  if (command !== 'COMMIT') throw new Error(`${command}: the transaction was rolled back`);
  refuseUnreplicated(client);
  return result;
}

/** From here on a lost connection leaves open what has become of the work; but what takes no writes made none. */
async function commitsBy<T>(sent: Promise<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    if (!isOutage(error) || isRefusal(error)) throw error;
    throw new OutcomeUnknown('the reply to a commit was lost', error);
  }
}

async function workOrRollback<T>(
  client: PoolClient,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  try {
    return await work({ rows: (statement) => run(client, statement) });
  } catch (error) {
    if (!isOutage(error)) await client.query('ROLLBACK');
    throw error;
  }
}

/** Throws where the commit may exist on the primary only: its outcome is unknown until the standby is back. */
function refuseUnreplicated(client: PoolClient): void {
  if (warned.delete(client)) throw new OutcomeUnknown('committed without the synchronous standby');
}

async function run<R extends QueryResultRow>(client: PoolClient, statement: Statement): Promise<R[]> {
  const { name, text, values } = statement;
  const result = await client.query<R>({ name, text, values: [...values] });
  return result.rows;
}

/** Of the server's process; `pg` has it, its types do not. */
function sessionPid(client: PoolClient): number | undefined {
  return 'processID' in client && typeof client.processID === 'number' ? client.processID : undefined;
}
