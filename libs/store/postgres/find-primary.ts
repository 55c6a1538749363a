import { Client } from 'pg';
import { HailgridError } from '#libs/contracts';

const PROBE_TIMEOUT_MS = 2_000;

/** Asks the hosts in turn which one takes writes. Throws `unavailable` where none does. */
export async function findPrimary(urls: readonly string[]): Promise<string> {
  let cause: unknown;
  for (const url of urls) {
    try {
      if (await isPrimary(url)) return url;
    } catch (error) {
      cause = error;
    }
  }
  throw new HailgridError('unavailable', 'no Postgres primary among the hosts', { cause });
}

/** Whether the server takes writes: neither a standby nor fenced by its settings. Rejects where it does not answer in time. */
async function isPrimary(url: string): Promise<boolean> {
  return probe(
    url,
    `SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS yes`,
    [],
  );
}

/** Whether the primary is busy with what this session of it was sent. Rejects where it does not answer in time. */
export async function isAtWork(url: string, sessionPid: number | undefined): Promise<boolean> {
  return probe(
    url,
    `SELECT NOT pg_is_in_recovery()
       AND EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active') AS yes`,
    [sessionPid],
  );
}

/** Asks by a connection of its own, since those of the pool may be what is broken. */
async function probe(url: string, question: string, values: unknown[]): Promise<boolean> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ yes: boolean }>(question, values);
    return rows[0]?.yes === true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
