import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type QueryResultRow } from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;
/** A server that froze says no goodbye. */
const GOODBYE_LIMIT_MS = 1_000;

/** How long a server that is silent is waited for; a statement is waited for without end unless said otherwise. */
export interface Patience {
  connectMs?: number;
  statementMs?: number;
}

/** Runs `work` with a connection of its own. */
export async function withClient<T>(
  url: string,
  work: (client: Client) => Promise<T>,
  { connectMs = CONNECT_TIMEOUT_MS, statementMs }: Patience = {},
): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: connectMs,
    ...(statementMs !== undefined && { query_timeout: statementMs }),
  });
  client.on('error', () => {
    // A server that goes away while the connection idles: the next query tells.
  });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await Promise.race([
      client.end().catch(() => undefined),
      sleep(GOODBYE_LIMIT_MS, undefined, { ref: false }),
    ]);
  }
}

/** One statement over a connection of its own. */
export async function query<R extends QueryResultRow>(
  url: string,
  text: string,
  patience?: Patience,
): Promise<R[]> {
  return withClient(url, async (client) => (await client.query<R>(text)).rows, patience);
}
