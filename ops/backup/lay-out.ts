import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { giveTo, type RunAs } from '../../dev/postgres/run-as.ts';
import { mayEnter } from '../../dev/setup/cache-for-user.ts';
import { UserError } from '../command-line/user-error.ts';
import { backupFiles, type BaseBackup } from './base-backups.ts';
import type { BackupDirectory } from './backup-directory.ts';
import { compareFiles, readManifest } from './manifest.ts';

/** What the cluster that was backed up had been told about others, which do not count for the restored one. */
const NOT_KEPT = /^\s*(synchronous_standby_names|primary_\w+|restore_command|recovery_\w+|archive_\w+)\s*=/;

/**
 * Copies a base backup to where it is to become a cluster, for a server that runs as `user`, and compares each file with
 * the manifest. Throws {@link UserError} where the target is not empty, or a file is not what the server sent; then the
 * target is empty as before.
 */
export async function layOut(
  directory: BackupDirectory,
  backup: BaseBackup,
  dataDirectory: string,
  user: RunAs,
): Promise<void> {
  if (existsSync(dataDirectory) && readdirSync(dataDirectory).length > 0)
    throw new UserError(`${dataDirectory} is not empty: a restore begins with an empty directory`);
  const parent = dirname(dataDirectory);
  mkdirSync(parent, { recursive: true });
  if (!(await mayEnter(parent, user)))
    throw new UserError(`${parent}: the user that Postgres runs as cannot get there`);
  const files = backupFiles(directory, backup.id);
  try {
    const manifest = readManifest(files.manifest);
    cpSync(files.data, dataDirectory, { recursive: true });
    // Not flushed here: Postgres flushes all of a data directory before it recovers it.
    const faults = await compareFiles(manifest, dataDirectory);
    if (faults.length > 0) throw new Error(faults.join('; '));
  } catch (error) {
    empty(dataDirectory);
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`base backup ${backup.id} is damaged: ${why}`);
  }
  forgetOthers(dataDirectory);
  writeFileSync(join(dataDirectory, 'recovery.signal'), '');
  await giveTo(user, dataDirectory);
}

export function empty(dataDirectory: string): void {
  rmSync(dataDirectory, { recursive: true, force: true });
}

/** The restored cluster has no standby yet: its commits must not wait for those of the old one. */
function forgetOthers(dataDirectory: string): void {
  const file = join(dataDirectory, 'postgresql.auto.conf');
  if (!existsSync(file)) return;
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, lines.filter((line) => !NOT_KEPT.test(line)).join('\n'));
}
