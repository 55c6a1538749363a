import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { UserError } from '../command-line/user-error.ts';
import { runProgram, type PostgresPrograms } from '../postgres/programs.ts';
import { query } from '../postgres/query.ts';
import { giveTo, mayEnter, type RunAs } from '../postgres/run-as.ts';

/** Suffix of an incomplete folder, which is never offered for a restore. */
export const PARTIAL = '.partial';

const SCRIPTS = ['archive-wal.sh', 'restore-wal.sh'] as const;
const COMPRESSED = '.gz';
const RECORD = 'backup.json';
const ACCESS_FILE = 'database-urls';
const PROGRAMS_FILE = 'postgres-programs';
/** A role that may copy the cluster and nothing else. */
const ROLE = 'hailgrid_backup';
/** A pg_basebackup that outlives its killed parent may still add files. */
const REMOVAL = { recursive: true, maxRetries: 10 } as const;

/** The paths of a backup directory. */
export interface BackupDirectory {
  readonly path: string;
  /** Has one folder for each base backup. */
  readonly base: string;
  /** The archive: all WAL files and timeline histories, compressed. */
  readonly wal: string;
}

/** Contents of `backup.json`; times are the server's. */
const recordSchema = z.object({
  id: z.string(),
  system_identifier: z.string(),
  server_version: z.string(),
  segment_bytes: z.number().int().positive(),
  started_at: z.iso.datetime(),
  /** The backup can be restored to any later moment. */
  ended_at: z.iso.datetime(),
  start_lsn: z.string(),
  end_lsn: z.string(),
  timeline: z.number().int().positive(),
  /** Name of the WAL file at which recovery starts. */
  first_wal: z.string(),
  files: z.number().int(),
  bytes: z.number().int(),
});
export type BaseBackup = z.infer<typeof recordSchema>;

export interface BackupFiles {
  folder: string;
  /** A data directory as pg_basebackup leaves it, with its manifest and the WAL of the backup itself. */
  data: string;
  record: string;
}

export function backupDirectory(path: string): BackupDirectory {
  return { path, base: join(path, 'base'), wal: join(path, 'wal') };
}

/** Throws {@link UserError} if there is no backup directory at this path. */
export function existingBackup(path: string): BackupDirectory {
  const directory = backupDirectory(path);
  if (!existsSync(directory.wal))
    throw new UserError(`${path} is no backup directory: it has no archive (${directory.wal})`);
  return directory;
}

/**
 * Prepares the directory for the archive of a new cluster whose server runs as `user`. The scripts are copied there: that
 * user may have no access to the checkout. Throws {@link UserError} if it holds another cluster's archive.
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
  const sources = dirname(fileURLToPath(import.meta.url));
  for (const script of SCRIPTS) copyFileSync(join(sources, script), join(path, script));
  await giveTo(user, directory.wal);
  if (!(await mayEnter(directory.wal, user)))
    throw new UserError(
      `${path}: the user that Postgres runs as cannot get there; name a directory it can reach`,
    );
  return directory;
}

/**
 * Creates the role that takes base backups: it may replicate and switch the WAL file. Writes two files into the backup
 * directory for `npm run backup` and `npm run restore`: the role's URLs of the cluster (readable to the directory's owner
 * only), and the directory of the cluster's Postgres programs.
 *
 * @param urls of the superuser, on the database `postgres` of each server, the primary first
 */
export async function grantBackup(
  path: string,
  urls: readonly string[],
  programs: Pick<PostgresPrograms, 'directory'>,
): Promise<void> {
  const password = randomBytes(18).toString('hex');
  const [primary] = urls;
  if (primary === undefined) throw new Error('a cluster without servers');
  await query(
    primary,
    `CREATE ROLE ${ROLE} LOGIN REPLICATION PASSWORD '${password}';
     GRANT EXECUTE ON FUNCTION pg_switch_wal() TO ${ROLE}`,
  );
  const asRole = urls.map((url) => Object.assign(new URL(url), { username: ROLE, password }).href);
  writeFileSync(join(path, ACCESS_FILE), `${asRole.join(',')}\n`, { mode: 0o600 });
  writeFileSync(join(path, PROGRAMS_FILE), `${programs.directory}\n`);
}

/** URLs of the cluster's servers, comma-separated, as {@link grantBackup} left them. */
export function readAccess(path: string): string | undefined {
  return readIfThere(join(path, ACCESS_FILE));
}

/** Directory of the cluster's programs, as {@link grantBackup} left it. */
export function readProgramsDirectory(path: string): string | undefined {
  return readIfThere(join(path, PROGRAMS_FILE));
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** @param name id of the backup, with {@link PARTIAL} until it is complete */
export function backupFiles({ base }: BackupDirectory, name: string): BackupFiles {
  const folder = join(base, name);
  return { folder, data: join(folder, 'data'), record: join(folder, RECORD) };
}

/** Reads all complete base backups, oldest first. Throws if a record is damaged. */
export function readBackups(directory: BackupDirectory): BaseBackup[] {
  return readdirSync(directory.base)
    .filter((name) => !name.endsWith(PARTIAL) && existsSync(backupFiles(directory, name).record))
    .map((name) => recordSchema.parse(JSON.parse(readFileSync(backupFiles(directory, name).record, 'utf8'))))
    .toSorted((a, b) => a.ended_at.localeCompare(b.ended_at));
}

/** Removes the folders of interrupted backups. The caller holds the lock against a second backup. */
export function removePartial({ base }: BackupDirectory): void {
  for (const name of readdirSync(base)) if (name.endsWith(PARTIAL)) rmSync(join(base, name), REMOVAL);
}

export interface Removed {
  /** Ids of base backups. */
  backups: string[];
  /** WAL files that only these needed. */
  wal_files: number;
}

/** Keeps the newest base backups, and the WAL from the oldest of them on. Timeline histories stay. */
export async function keepNewest(
  directory: BackupDirectory,
  count: number,
  programs: PostgresPrograms,
): Promise<Removed> {
  const backups = readBackups(directory);
  const expired = backups.slice(0, Math.max(0, backups.length - count));
  for (const { id } of expired) {
    // Renamed first, so that a folder without the suffix is complete at any moment.
    const doomed = backupFiles(directory, `${id}${PARTIAL}`).folder;
    renameSync(backupFiles(directory, id).folder, doomed);
    rmSync(doomed, REMOVAL);
  }
  const filesBefore = archivedNames(directory).size;
  const [oldest] = backups.slice(expired.length);
  if (expired.length > 0 && oldest !== undefined)
    await runProgram(programs, 'pg_archivecleanup', ['-x', COMPRESSED, directory.wal, oldest.first_wal]);
  return {
    backups: expired.map(({ id }) => id),
    wal_files: filesBefore - archivedNames(directory).size,
  };
}

/** Names of the archived files, as Postgres knows them. */
export function archivedNames({ wal }: BackupDirectory): Set<string> {
  const files = readdirSync(wal).filter((file) => file.endsWith(COMPRESSED) && !file.startsWith('.'));
  return new Set(files.map((file) => file.slice(0, -COMPRESSED.length)));
}

export function archivedFile({ wal }: BackupDirectory, name: string): string {
  return join(wal, `${name}${COMPRESSED}`);
}
