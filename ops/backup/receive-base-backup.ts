import { writeFileSync } from 'node:fs';
import { Client } from 'pg';
import { extract } from 'tar-stream';
import { UserError } from '../command-line/user-error.ts';
import { BaseBackupQuery, type BackupPosition } from './base-backup-query.ts';
import { unpackArchive } from './unpack-archive.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const MAIN_ARCHIVE = 'base.tar';

/** A base backup as it came from the server. */
export interface ReceivedBackup {
  start: BackupPosition;
  end: BackupPosition;
}

export interface BackupPlaces {
  /** Made anew: what becomes a data directory. */
  data: string;
  /** The server's manifest. */
  manifest: string;
}

/**
 * Takes a base backup of the running server over a replication connection, as pg_basebackup does (ADR 0020). It needs a role with REPLICATION and no access to the server's files. The log is not part of
 * it.
 */
export async function receiveBaseBackup(
  url: string,
  label: string,
  places: BackupPlaces,
): Promise<ReceivedBackup> {
  return withReplication(url, async (client) => {
    const archive = extract();
    const manifest: Buffer[] = [];
    const query = new BaseBackupQuery(baseBackupCommand(label), {
      onArchive: (name) => {
        if (name !== MAIN_ARCHIVE)
          archive.destroy(new UserError('base backup: tablespaces are not supported'));
      },
      onArchiveData: (chunk) => archive.destroyed || archive.write(chunk),
      onManifestData: (chunk) => void manifest.push(chunk),
    });
    archive.on('drain', () => query.resume());
    const unpacked = unpackArchive(archive, places.data);
    client.query(query);
    const received = query.end.then(() => archive.end(undefined));
    received.catch((error: unknown) => archive.destroy(asError(error)));
    // Where unpacking fails the server has to be left alone with what it still wants to send.
    await Promise.all([unpacked, received]);
    writeFileSync(places.manifest, Buffer.concat(manifest), { mode: 0o600, flush: true });
    return { start: await query.start, end: await query.end };
  });
}

/** Runs `work` with a connection that takes replication commands beside plain SQL. */
export async function withReplication<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const replicating = new URL(url);
  replicating.searchParams.set('replication', 'database');
  const client = new Client({
    connectionString: replicating.href,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'hailgrid-backup',
  });
  let broken: Error | undefined;
  client.on('error', (error) => (broken = error));
  await client.connect();
  try {
    return await work(client);
  } catch (error) {
    throw broken ?? error;
  } finally {
    // By force, where something is still under way: nobody wants the rest of it.
    await client.end();
  }
}

/** The log that was written meanwhile is in the archive soon after; whether it is, is checked there. */
function baseBackupCommand(label: string): string {
  if (!/^[\w.-]+$/.test(label)) throw new RangeError(`${label} is no label`);
  return `BASE_BACKUP (LABEL '${label}', CHECKPOINT 'fast', WAIT false, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')`;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
