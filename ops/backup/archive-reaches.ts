import { setTimeout as sleep } from 'node:timers/promises';
import { query } from '../postgres/query.ts';
import { UserError } from '../command-line/user-error.ts';
import { archivedNames, type BackupDirectory } from './backup-directory.ts';
import { readNewestHistory } from './read-histories.ts';
import { walCoverage, type MissingWal } from './wal-coverage.ts';
import { parseLsn } from './wal-names.ts';

/** Postgres tries a command that failed again after a minute. */
const ARCHIVE_LIMIT_MS = 90_000;
const POLL_MS = 100;

export interface LogRange {
  fromLsn: string;
  toLsn: string;
  timeline: number;
  segmentBytes: number;
}

/**
 * Waits until the archive has this part of the log. Throws {@link UserError} naming what is missing where it does not
 * get it in time, with what the server says about its archive.
 */
export async function archiveReaches(
  url: string,
  directory: BackupDirectory,
  range: LogRange,
  limitMs = ARCHIVE_LIMIT_MS,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const missing = missingOf(directory, range);
    if (missing.length === 0) return;
    if (performance.now() > deadline) throw await complaint(url, directory, missing, limitMs);
    await sleep(POLL_MS);
  }
}

function missingOf(directory: BackupDirectory, range: LogRange): MissingWal[] {
  const need = {
    start: parseLsn(range.fromLsn),
    end: parseLsn(range.toLsn),
    history: readNewestHistory(directory, range.timeline),
  };
  return walCoverage(need, archivedNames(directory), range.segmentBytes).missing;
}

async function complaint(
  url: string,
  directory: BackupDirectory,
  missing: readonly MissingWal[],
  limitMs: number,
): Promise<UserError> {
  const [archiver] = await query<{ archived: string | null; failed: string | null; failures: string }>(
    url,
    'SELECT last_archived_wal AS archived, last_failed_wal AS failed, failed_count AS failures FROM pg_stat_archiver',
  );
  return new UserError(
    `the archive ${directory.wal} did not get ${missing.map(({ name }) => name).join(', ')} within ` +
      `${limitMs / 1000} s; does this server archive to it? It archived ${archiver?.archived ?? 'nothing'} ` +
      `last, and failed ${archiver?.failures ?? 0} times (${archiver?.failed ?? 'never'})`,
  );
}
