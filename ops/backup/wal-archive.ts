import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { UserError } from '../command-line/user-error.ts';
import { query } from '../postgres/query.ts';
import {
  archivedFile,
  archivedNames,
  backupDirectory,
  type BackupDirectory,
  type BaseBackup,
} from './backup-directory.ts';
import { historyName, parseHistory, walCoverage, type WalCoverage } from './missing-wal.ts';

/** How long a commit takes to be archived at most, even if little is written. */
const ARCHIVE_TIMEOUT_S = 30;
/** How long to wait for a file to be archived: Postgres retries a failed archive_command after a minute. */
const ARCHIVE_LIMIT_MS = 90_000;
const POLL_MS = 100;
/** Characters with a meaning to the shell or to Postgres inside double quotes. */
const UNSAFE = /["$`\\%\n]/;

/**
 * Settings of a server that archives its WAL to this directory. A standby also archives the WAL that it receives (`always`):
 * a primary may die before it has archived its finished files, and its successor archives only its own timeline.
 */
export function archiveSettings(path: string): Record<string, string> {
  return {
    archive_mode: 'always',
    archive_command: `/bin/sh ${quoted(join(path, 'archive-wal.sh'))} "%p" ${quoted(backupDirectory(path).wal)} "%f"`,
    archive_timeout: `${ARCHIVE_TIMEOUT_S}s`,
  };
}

export function restoreCommand(path: string): string {
  return `/bin/sh ${quoted(join(path, 'restore-wal.sh'))} ${quoted(backupDirectory(path).wal)} "%f" "%p"`;
}

function quoted(path: string): string {
  if (UNSAFE.test(path))
    throw new UserError(`${path}: a backup directory with plain characters in its path is needed`);
  return `"${path}"`;
}

/** The archived WAL from the start of a base backup on, along the timelines that recovery follows. */
export function coverageSince(directory: BackupDirectory, backup: BaseBackup): WalCoverage {
  const { timeline, first_wal: first, segment_bytes: bytes } = backup;
  const archive = archivedNames(directory);
  let newest = timeline;
  while (archive.has(historyName(newest + 1))) newest += 1;
  const file = archivedFile(directory, historyName(newest));
  const text = newest === 1 ? '' : gunzipSync(readFileSync(file)).toString('utf8');
  return walCoverage(archive, first, parseHistory(newest, text, bytes), bytes);
}

/** Makes the primary finish its current WAL file, and waits until that file is in the archive. */
export async function switchLog(url: string, directory: BackupDirectory): Promise<void> {
  try {
    const [row] = await query<{ name: string }>(url, 'SELECT pg_walfile_name(pg_switch_wal() - 1) AS name');
    if (row !== undefined) await untilArchived(url, directory, row.name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '42501')
      throw new UserError('the role may not switch the log: GRANT EXECUTE ON FUNCTION pg_switch_wal TO it');
    throw error;
  }
}

/**
 * Waits until this WAL file is in the archive; a server archives its files in order. Throws {@link UserError} with
 * the server's own figures if it takes too long.
 */
export async function untilArchived(
  url: string,
  directory: BackupDirectory,
  name: string,
  limitMs = ARCHIVE_LIMIT_MS,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!existsSync(archivedFile(directory, name))) {
    if (performance.now() > deadline) throw await notArchived(url, directory, name, limitMs);
    await sleep(POLL_MS);
  }
}

async function notArchived(
  url: string,
  { wal }: BackupDirectory,
  name: string,
  limitMs: number,
): Promise<UserError> {
  const [archiver] = await query<{ archived: string | null; failed: string | null; failures: string }>(
    url,
    'SELECT last_archived_wal AS archived, last_failed_wal AS failed, failed_count AS failures FROM pg_stat_archiver',
  );
  return new UserError(
    `the archive ${wal} did not get ${name} within ${limitMs / 1000} s; does this server archive to it? ` +
      `It archived ${archiver?.archived ?? 'nothing'} last, and failed ${archiver?.failures ?? 0} times ` +
      `(${archiver?.failed ?? 'never'})`,
  );
}
