import { query } from '../postgres/query.ts';
import { UserError } from '../command-line/user-error.ts';
import { archiveReaches } from './archive-reaches.ts';
import type { BackupDirectory } from './backup-directory.ts';
import type { BaseBackup } from './base-backups.ts';

/** Has the primary finish the file of the log it is at, and waits until all of it is in the archive. */
export async function switchLog(
  url: string,
  directory: BackupDirectory,
  { start_lsn, timeline, segment_bytes }: BaseBackup,
): Promise<void> {
  const toLsn = await finishedAt(url);
  await archiveReaches(url, directory, { fromLsn: start_lsn, toLsn, timeline, segmentBytes: segment_bytes });
}

async function finishedAt(url: string): Promise<string> {
  try {
    const [row] = await query<{ lsn: string }>(url, 'SELECT pg_switch_wal()::text AS lsn');
    return row?.lsn ?? '0/0';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '42501')
      throw new UserError('the role may not switch the log: GRANT EXECUTE ON FUNCTION pg_switch_wal TO it');
    throw error;
  }
}
