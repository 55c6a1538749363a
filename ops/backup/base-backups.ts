import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { BackupDirectory } from './backup-directory.ts';

/** Names of folders that are being filled, or were left half-filled: never offered for restore. */
export const PARTIAL = '.partial';
const RECORD = 'backup.json';

/** What `backup.json` says of a base backup; times are the server's. */
const recordSchema = z.object({
  id: z.string(),
  system_identifier: z.string(),
  server_version: z.string(),
  segment_bytes: z.number().int().positive(),
  started_at: z.iso.datetime(),
  /** Any moment from here on can be restored from it. */
  ended_at: z.iso.datetime(),
  start_lsn: z.string(),
  end_lsn: z.string(),
  timeline: z.number().int().positive(),
  files: z.number().int(),
  bytes: z.number().int(),
});
export type BaseBackup = z.infer<typeof recordSchema>;

/** Where the parts of a base backup lie. */
export interface BackupFiles {
  folder: string;
  data: string;
  manifest: string;
  record: string;
}

/** @param name id of the backup, with {@link PARTIAL} while it is made */
export function backupFiles({ base }: BackupDirectory, name: string): BackupFiles {
  const folder = join(base, name);
  return {
    folder,
    data: join(folder, 'data'),
    manifest: join(folder, 'backup_manifest'),
    record: join(folder, RECORD),
  };
}

/** All whole base backups, oldest first. Throws where a record is not what was written. */
export function readBackups(directory: BackupDirectory): BaseBackup[] {
  return readdirSync(directory.base)
    .filter((name) => !name.endsWith(PARTIAL) && existsSync(backupFiles(directory, name).record))
    .map((name) => recordSchema.parse(JSON.parse(readFileSync(backupFiles(directory, name).record, 'utf8'))))
    .toSorted((a, b) => a.ended_at.localeCompare(b.ended_at));
}

/** What an interrupted backup left; one that is under way would go too, so only its own process may call this. */
export function removePartial(directory: BackupDirectory): string[] {
  const left = readdirSync(directory.base).filter((name) => name.endsWith(PARTIAL));
  for (const name of left) rmSync(join(directory.base, name), { recursive: true });
  return left;
}
