import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { giveTo, type RunAs } from '../../dev/postgres/run-as.ts';
import { mayEnter } from '../../dev/setup/cache-for-user.ts';
import { UserError } from '../command-line/user-error.ts';

const SCRIPTS = ['archive-wal.sh', 'restore-wal.sh'] as const;
const COMPRESSED = '.gz';

/** Where things lie in a backup directory. */
export interface BackupDirectory {
  readonly path: string;
  /** One folder a base backup. */
  readonly base: string;
  /** The archive: each file of the log and each history of a timeline, compressed. */
  readonly wal: string;
}

export function backupDirectory(path: string): BackupDirectory {
  return { path, base: join(path, 'base'), wal: join(path, 'wal') };
}

/** The same, of a backup that exists. Throws {@link UserError} where there is none. */
export function existingBackup(path: string): BackupDirectory {
  const directory = backupDirectory(path);
  if (!existsSync(directory.wal))
    throw new UserError(`${path} is no backup directory: it has no archive (${directory.wal})`);
  return directory;
}

/**
 * Makes the directory ready for the archive of a new cluster, whose server runs as `user`. The scripts lie in it too:
 * the checkout may be closed to that user. Throws {@link UserError} where another cluster's archive is there.
 */
export async function prepareBackupDirectory(path: string, user: RunAs): Promise<BackupDirectory> {
  const directory = backupDirectory(path);
  mkdirSync(directory.base, { recursive: true, mode: 0o755 });
  mkdirSync(directory.wal, { recursive: true, mode: 0o755 });
  const [found] = readdirSync(directory.wal);
  if (found !== undefined) {
    throw new UserError(
      `${path} holds the archive of another cluster (${found}); each cluster needs a backup directory of its own`,
    );
  }
  for (const script of SCRIPTS) copyFileSync(sourceOf(script), join(path, script));
  await giveTo(user, directory.wal);
  if (!(await mayEnter(directory.wal, user)))
    throw new UserError(
      `${path}: the user that Postgres runs as cannot get there; name a directory it can reach`,
    );
  return directory;
}

/** Names of the files in the archive, as Postgres knows them. */
export function archivedNames({ wal }: BackupDirectory): Set<string> {
  const files = readdirSync(wal).filter((file) => file.endsWith(COMPRESSED) && !file.startsWith('.'));
  return new Set(files.map((file) => file.slice(0, -COMPRESSED.length)));
}

export function archivedFile({ wal }: BackupDirectory, name: string): string {
  return join(wal, `${name}${COMPRESSED}`);
}

function sourceOf(script: (typeof SCRIPTS)[number]): string {
  return join(dirname(fileURLToPath(import.meta.url)), script);
}
