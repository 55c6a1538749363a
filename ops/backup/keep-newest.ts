import { renameSync, rmSync } from 'node:fs';
import { archivedFile, archivedNames, type BackupDirectory } from './backup-directory.ts';
import { backupFiles, PARTIAL, readBackups, type BaseBackup } from './base-backups.ts';
import { parseLsn, parseSegmentName, segmentOf } from './wal-names.ts';

export interface Removed {
  /** Ids of base backups. */
  backups: string[];
  /** Files of the log that only these needed. */
  wal_files: number;
}

/** Keeps so many of the newest base backups, and the log from the oldest of them on. Histories of timelines stay. */
export function keepNewest(directory: BackupDirectory, count: number): Removed {
  const backups = readBackups(directory);
  const expired = backups.slice(0, Math.max(0, backups.length - count));
  for (const { id } of expired) {
    // Never half there under its own name.
    const doomed = backupFiles(directory, `${id}${PARTIAL}`).folder;
    renameSync(backupFiles(directory, id).folder, doomed);
    rmSync(doomed, { recursive: true });
  }
  const [oldest] = backups.slice(expired.length);
  const names =
    expired.length === 0 || oldest === undefined ? [] : walBefore(oldest, archivedNames(directory));
  for (const name of names) rmSync(archivedFile(directory, name));
  return { backups: expired.map(({ id }) => id), wal_files: names.length };
}

/** Names of files, of whatever timeline, that lie wholly before the start of this backup. */
export function walBefore(backup: BaseBackup, archive: ReadonlySet<string>): string[] {
  const { segment_bytes: bytes } = backup;
  const first = segmentOf(parseLsn(backup.start_lsn), bytes);
  return [...archive].filter((name) => {
    // `….partial` and `….<offset>.backup` belong to the segment they begin with.
    const segment = parseSegmentName(name.split('.')[0] ?? '', bytes);
    return segment !== undefined && segment.segment < first;
  });
}
