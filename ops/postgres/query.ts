import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type QueryResultRow } from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;
/** How long the closing of a connection may take: a frozen server does not answer it. */
const GOODBYE_LIMIT_MS = 1_000;

/** How long to wait for a silent server. By default a statement has no limit. */
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
    // If the server goes away while the connection idles, the next query throws.
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

/** Runs one statement over a connection of its own. */
export async function query<R extends QueryResultRow>(
  url: string,
  text: string,
  patience?: Patience,
): Promise<R[]> {
  return withClient(url, async (client) => (await client.query<R>(text)).rows, patience);
}
