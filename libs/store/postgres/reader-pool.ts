import { Pool, type PoolClient, type QueryResultRow } from 'pg';
import { currentClient } from './current-client.ts';
import type { Statement } from './database.ts';
import type { Position } from './host-state.ts';
import { settlesWithin } from './retry-within.ts';
import type { UrlNow } from './url-now.ts';
import { typeParsers } from './values.ts';

/** How long to wait for a connection to a standby before another server is tried. */
const ACQUIRE_TIMEOUT_MS = 300;
/**
 * How long a standby may take to answer before another server is tried: the primary must have enough time left to
 * answer instead.
 */
const ANSWER_TIMEOUT_MS = 1_500;

export interface ReaderPoolSettings {
  url: string;
  maxConnections: number;
  applicationName: string;
  urlNow: UrlNow;
}

/** Connections to one standby. Rejects early if it does not answer, since other servers can. */
export class ReaderPool {
  readonly #pool: Pool;

  constructor({ url, maxConnections, applicationName, urlNow }: ReaderPoolSettings) {
    this.#pool = new Pool({
      Client: currentClient(url, urlNow),
      max: maxConnections,
      application_name: applicationName,
      connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
      statement_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
      types: typeParsers,
    });
    // Without listeners a connection that breaks would end the process.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => void client.on('error', () => undefined));
  }

  /**
   * With `atLeast`, rejects if the server has not replayed up to that position. It is checked on the same connection, since
   * an address may lead to several servers: the one that reported its position may be another.
   */
  async rows<R extends QueryResultRow>(statement: Statement, atLeast?: Position): Promise<R[]> {
    const client = await this.#pool.connect();
    const answer = read<R>(client, statement, atLeast);
    const isInTime = await settlesWithin(answer, ANSWER_TIMEOUT_MS);
    const result = isInTime
      ? await answer.catch((error: unknown) => error)
      : new Error('a standby takes too long');
    // A connection that failed in any way is closed, not checked.
    client.release(result instanceof Error);
    if (result instanceof Error) throw result;
    return result as Awaited<typeof answer>;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

async function read<R extends QueryResultRow>(
  client: PoolClient,
  { name, text, values }: Statement,
  atLeast: Position | undefined,
): Promise<R[]> {
  if (atLeast !== undefined && (await replayedTo(client)) < atLeast)
    throw new Error('the standby has not replayed up to the position');
  return (await client.query<R>({ name, text, values: [...values] })).rows;
}

async function replayedTo(client: PoolClient): Promise<Position> {
  const text = `SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint AS position`;
  const { rows } = await client.query<{ position: Position | null }>({ name: 'replayed-to', text });
  return rows[0]?.position ?? 0;
}
