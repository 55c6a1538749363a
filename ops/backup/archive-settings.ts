import { join } from 'node:path';
import { UserError } from '../command-line/user-error.ts';
import { backupDirectory } from './backup-directory.ts';

/** What was acknowledged is in the archive after this long at the latest, however little is written. */
const ARCHIVE_TIMEOUT_S = 30;
/** Characters that a shell or Postgres would read otherwise inside of double quotes. */
const UNSAFE = /["$`\\%\n]/;

/**
 * Settings of a server whose log goes into the archive of this directory. A standby archives what it receives, too
 * (`always`): the primary may die with finished files that it had not archived, and whoever follows it would not make up
 * for them.
 */
export function archiveSettings(path: string): Record<string, string> {
  return {
    archive_mode: 'always',
    archive_command: `/bin/sh ${quoted(join(path, 'archive-wal.sh'))} "%p" ${quoted(backupDirectory(path).wal)} "%f"`,
    archive_timeout: `${ARCHIVE_TIMEOUT_S}s`,
  };
}

/** For a server that is to read the log from there. */
export function restoreCommand(path: string): string {
  return `/bin/sh ${quoted(join(path, 'restore-wal.sh'))} ${quoted(backupDirectory(path).wal)} "%f" "%p"`;
}

function quoted(path: string): string {
  if (UNSAFE.test(path))
    throw new UserError(`${path}: a backup directory with plain characters in its path is needed`);
  return `"${path}"`;
}
