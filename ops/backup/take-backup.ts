import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Client } from 'pg';
import { withLock } from '../../dev/setup/lock.mjs';
import { UserError } from '../command-line/user-error.ts';
import { archiveReaches } from './archive-reaches.ts';
import type { BackupDirectory } from './backup-directory.ts';
import { backupFiles, PARTIAL, removePartial, type BackupFiles, type BaseBackup } from './base-backups.ts';
import { compareFiles, readManifest } from './manifest.ts';
import { receiveBaseBackup, withReplication, type ReceivedBackup } from './receive-base-backup.ts';

/**
 * Takes a base backup of the primary at this URL, checks each file against the server's manifest, waits until the
 * archive has what the backup needs of the log, and only then gives it its name. Whatever goes wrong, no half of one is
 * ever seen. Throws {@link UserError} where the server has no archive or does not feed this one.
 */
export async function takeBackup(
  url: string,
  directory: BackupDirectory,
  archiveLimitMs?: number,
): Promise<BaseBackup> {
  return withLock(`${directory.base}.lock`, async () => {
    removePartial(directory);
    const server = await describeServer(url);
    const startedAtMs = server.nowMs;
    const id = new Date(startedAtMs).toISOString().replaceAll(/[-:.]/g, '');
    const files = backupFiles(directory, `${id}${PARTIAL}`);
    mkdirSync(files.folder, { mode: 0o700 });
    const received = await receiveBaseBackup(url, `hailgrid-${id}`, files);
    const endedAtMs = (await describeServer(url)).nowMs;
    const size = await check(files);
    const needed = {
      fromLsn: received.start.lsn,
      toLsn: received.end.lsn,
      timeline: received.start.timeline,
      segmentBytes: server.segmentBytes,
    };
    await archiveReaches(url, directory, needed, archiveLimitMs);
    const backup: BaseBackup = {
      id,
      system_identifier: server.systemIdentifier,
      server_version: server.version,
      segment_bytes: server.segmentBytes,
      started_at: new Date(startedAtMs).toISOString(),
      ended_at: new Date(endedAtMs).toISOString(),
      ...positions(received),
      ...size,
    };
    writeFileSync(files.record, `${JSON.stringify(backup, undefined, 2)}\n`, { flush: true });
    await flushFolder(files.folder);
    renameSync(files.folder, backupFiles(directory, id).folder);
    await flushFolder(directory.base);
    return backup;
  });
}

function positions({ start, end }: ReceivedBackup): Pick<BaseBackup, 'start_lsn' | 'end_lsn' | 'timeline'> {
  return { start_lsn: start.lsn, end_lsn: end.lsn, timeline: start.timeline };
}

/** What was received is what the server sent; and it is on disk. */
async function check(files: BackupFiles): Promise<Pick<BaseBackup, 'files' | 'bytes'>> {
  const manifest = readManifest(files.manifest);
  const faults = await compareFiles(manifest, files.data, { flush: true });
  if (faults.length > 0) throw new Error(`base backup: it did not arrive whole: ${faults.join('; ')}`);
  return { files: manifest.length, bytes: manifest.reduce((sum, file) => sum + file.bytes, 0) };
}

interface ServerFacts {
  systemIdentifier: string;
  version: string;
  segmentBytes: number;
  nowMs: number;
}

/** Throws {@link UserError} where the server archives nothing. */
async function describeServer(url: string): Promise<ServerFacts> {
  return withReplication(url, async (client) => {
    if ((await show(client, 'archive_mode')) === 'off')
      throw new UserError(
        'the server archives no log (archive_mode is off): a base backup alone cannot be restored',
      );
    const identity = await client.query<{ systemid: string }>('IDENTIFY_SYSTEM');
    const facts = await client.query<{ segment_bytes: number; now_ms: string }>(
      `SELECT pg_size_bytes(current_setting('wal_segment_size'))::int AS segment_bytes,
              (1000 * extract(epoch FROM clock_timestamp()))::text AS now_ms`,
    );
    const [system, fact] = [identity.rows[0], facts.rows[0]];
    if (system === undefined || fact === undefined) throw new Error('the server does not say what it is');
    return {
      systemIdentifier: system.systemid,
      version: await show(client, 'server_version'),
      segmentBytes: fact.segment_bytes,
      nowMs: Math.ceil(Number(fact.now_ms)),
    };
  });
}

async function show(client: Client, setting: 'archive_mode' | 'server_version'): Promise<string> {
  const { rows } = await client.query<Record<string, string>>(`SHOW ${setting}`);
  return rows[0]?.[setting] ?? '';
}

/** A rename is on disk only when the folder that it changed is. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
