import { archivedNames, type BackupDirectory } from './backup-directory.ts';
import type { BaseBackup } from './base-backups.ts';
import { readNewestHistory } from './read-histories.ts';
import { walCoverage, type WalCoverage } from './wal-coverage.ts';
import { parseLsn, type Lsn } from './wal-names.ts';

/** What the archive has of the log from a base backup on, up to a position, or as far as it goes. */
export function coverageOf(
  directory: BackupDirectory,
  { start_lsn: start, timeline, segment_bytes: segmentBytes }: BaseBackup,
  end?: Lsn,
): WalCoverage {
  const need = { start: parseLsn(start), history: readNewestHistory(directory, timeline), end };
  return walCoverage(need, archivedNames(directory), segmentBytes);
}
