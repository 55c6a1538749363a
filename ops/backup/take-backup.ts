import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { z } from 'zod';
import { UserError } from '../command-line/user-error.ts';
import { runProgram, type PostgresPrograms } from '../postgres/programs.ts';
import { withClient } from '../postgres/query.ts';
import {
  backupFiles,
  PARTIAL,
  removePartial,
  type BackupDirectory,
  type BaseBackup,
} from './backup-directory.ts';
import { untilArchived } from './wal-archive.ts';

/** Advisory lock that allows one backup of a cluster at a time. */
const BACKUP_LOCK = 4_715_001;

/** The part of pg_basebackup's `backup_manifest` that is read here; pg_verifybackup checks the rest. */
const manifestSchema = z.object({
  Files: z.array(z.object({ Size: z.number() })),
  // One range, since a primary's backup is on one timeline.
  'WAL-Ranges': z.tuple([z.object({ Timeline: z.number(), 'Start-LSN': z.string(), 'End-LSN': z.string() })]),
});

export interface BackupOrder {
  /** URL of the primary. */
  url: string;
  directory: BackupDirectory;
  programs: PostgresPrograms;
  archiveLimitMs?: number;
}

/**
 * Takes a base backup of the primary with pg_basebackup, and waits until the archive has the WAL up to the backup's end. The
 * folder gets its final name last, so an interrupted backup is never offered for a restore. Throws {@link UserError} if the
 * server does not archive, or not to this directory.
 */
export async function takeBackup(order: BackupOrder): Promise<BaseBackup> {
  const { url, directory, programs, archiveLimitMs } = order;
  return withClient(url, async (client) => {
    await lockOutOthers(client);
    removePartial(directory);
    const { started_at_ms: startedAtMs, ...server } = await describeServer(client);
    const id = new Date(startedAtMs).toISOString().replaceAll(/[-:.]/g, '');
    const files = backupFiles(directory, `${id}${PARTIAL}`);
    mkdirSync(files.folder, { mode: 0o700 });
    await receive(programs, url, id, files.data);
    const { range, ...size } = readManifest(join(files.data, 'backup_manifest'));
    const end = await describeEnd(client, range['Start-LSN'], range['End-LSN']);
    await untilArchived(url, directory, end.last_wal, archiveLimitMs);
    const backup: BaseBackup = {
      id,
      ...server,
      started_at: new Date(startedAtMs).toISOString(),
      ended_at: new Date(end.ended_at_ms).toISOString(),
      start_lsn: range['Start-LSN'],
      end_lsn: range['End-LSN'],
      timeline: range.Timeline,
      first_wal: end.first_wal,
      ...size,
    };
    writeFileSync(files.record, `${JSON.stringify(backup, undefined, 2)}\n`, { flush: true });
    await flushFolder(files.folder);
    renameSync(files.folder, backupFiles(directory, id).folder);
    await flushFolder(directory.base);
    return backup;
  });
}

async function lockOutOthers(client: Client): Promise<void> {
  const { rows } = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [
    BACKUP_LOCK,
  ]);
  if (rows[0]?.ours !== true) throw new UserError('another backup of this cluster is under way');
}

type ServerFacts = Pick<BaseBackup, 'system_identifier' | 'server_version' | 'segment_bytes'> & {
  started_at_ms: number;
};

/** Throws {@link UserError} if the server archives nothing. */
async function describeServer(client: Client): Promise<ServerFacts> {
  const { rows } = await client.query<ServerFacts & { archive_mode: string }>(
    `SELECT current_setting('archive_mode') AS archive_mode,
            current_setting('server_version') AS server_version,
            pg_size_bytes(current_setting('wal_segment_size'))::int AS segment_bytes,
            (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
            floor(1000 * extract(epoch FROM clock_timestamp()))::float8 AS started_at_ms`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the server does not describe itself');
  const { archive_mode: archiveMode, ...facts } = row;
  if (archiveMode === 'off')
    throw new UserError(
      'the server archives no log (archive_mode is off): a base backup alone cannot be restored to a moment',
    );
  return facts;
}

async function describeEnd(
  client: Client,
  startLsn: string,
  endLsn: string,
): Promise<{ ended_at_ms: number; first_wal: string; last_wal: string }> {
  const { rows } = await client.query<{ ended_at_ms: number; first_wal: string; last_wal: string }>(
    `SELECT ceil(1000 * extract(epoch FROM clock_timestamp()))::float8 AS ended_at_ms,
            pg_walfile_name($1::pg_lsn) AS first_wal, pg_walfile_name($2::pg_lsn - 1) AS last_wal`,
    [startLsn, endLsn],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the server does not say where the backup ended');
  return row;
}

/** Runs pg_basebackup, which also flushes the files to disk. Passes the password by environment: others can see arguments. */
async function receive(programs: PostgresPrograms, url: string, id: string, data: string): Promise<void> {
  const bare = new URL(url);
  const password = decodeURIComponent(bare.password);
  bare.password = '';
  const args = [
    `--dbname=${bare.href}`,
    `--pgdata=${data}`,
    `--label=hailgrid-${id}`,
    '--checkpoint=fast',
    '--wal-method=stream',
    '--manifest-checksums=SHA256',
    '--no-password',
  ];
  await runProgram(programs, 'pg_basebackup', args, password === '' ? {} : { PGPASSWORD: password });
}

function readManifest(
  file: string,
): Pick<BaseBackup, 'files' | 'bytes'> & { range: z.infer<typeof manifestSchema>['WAL-Ranges'][0] } {
  const { Files: files, 'WAL-Ranges': ranges } = manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return {
    files: files.length,
    bytes: files.reduce((sum, { Size: bytes }) => sum + bytes, 0),
    range: ranges[0],
  };
}

/** Flushes a folder: a rename is durable only after that. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
