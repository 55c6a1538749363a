import { Client, type QueryResultRow } from 'pg';
import { HailgridError } from '#libs/contracts';
import { settlesWithin } from './retry-within.ts';
import { asAtStart, type UrlNow } from './url-now.ts';

/** How long a server may take to say whether it accepts writes. */
const PROBE_TIMEOUT_MS = 2_000;
/**
 * How long the search waits for other hosts once one says that it accepts writes: after a failover the former primary may
 * be back and not know yet that it was replaced.
 */
const RIVAL_WAIT_MS = 100;

/** A host that takes writes. The one with the higher timeline was promoted later. */
export interface Primary {
  readonly url: string;
  readonly timeline: number;
}

/**
 * Asks all hosts at once which one takes writes, so that a silent one costs no time. Ignores primaries of an older timeline
 * than `minTimeline`: another one was promoted since. Throws `unavailable` if there is none.
 */
export async function findPrimary(
  urls: readonly string[],
  minTimeline = 0,
  urlNow: UrlNow = asAtStart,
): Promise<Primary> {
  const claims: Primary[] = [];
  const answers = urls.map(async (url) => {
    const timeline = await timelineOfPrimary(urlNow(url)).catch((cause: unknown) => {
      throw new Error(`${new URL(url).host}: ${messageOf(cause)}`, { cause });
    });
    if (timeline < minTimeline) throw new Error(`a primary of timeline ${timeline}, before ${minTimeline}`);
    claims.push({ url, timeline });
  });
  await Promise.any(answers).catch((cause: unknown) => {
    const reasons =
      cause instanceof AggregateError ? cause.errors.map(messageOf).join('; ') : messageOf(cause);
    throw new HailgridError('unavailable', `no Postgres primary among the hosts: ${reasons}`, { cause });
  });
  await settlesWithin(Promise.allSettled(answers), RIVAL_WAIT_MS);
  return claims.reduce((best, claim) => (claim.timeline > best.timeline ? claim : best));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Rejects if the server does not answer in time or takes no writes: it is a standby, or fenced by its settings. */
async function timelineOfPrimary(url: string): Promise<number> {
  const row = await probe<{ timeline: string | null }>(
    url,
    `SELECT CASE WHEN NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'
       THEN substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS timeline`,
    [],
  );
  if (typeof row?.timeline !== 'string') throw new Error('the server takes no writes');
  return Number.parseInt(row.timeline, 16);
}

/** Whether the server is still the primary and this session still runs a statement. Rejects if it does not answer in time. */
export async function isAtWork(url: string, sessionPid: number | undefined): Promise<boolean> {
  const row = await probe<{ yes: boolean }>(
    url,
    `SELECT NOT pg_is_in_recovery()
       AND EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active') AS yes`,
    [sessionPid],
  );
  return row?.yes === true;
}

/** Asks over a connection of its own, since those of the pool may be broken. */
async function probe<R extends QueryResultRow>(
  url: string,
  question: string,
  values: unknown[],
): Promise<R | undefined> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<R>(question, values);
    return rows[0];
  } finally {
    await client.end().catch(() => undefined);
  }
}
