import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LOOPBACK } from '../network/free-port.ts';
import { SupervisedChild } from '../process/supervised-child.ts';
import type { PostgresBinaries } from './binaries.ts';
import { SUPERUSER } from '../../ops/postgres/local-server.ts';
import { giveTo, type RunAs } from '../../ops/postgres/run-as.ts';

/** Small settings, for a laptop that runs the whole system, but with full durability. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: LOOPBACK,
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  wal_level: 'replica',
  max_wal_senders: '8',
  wal_keep_size: '256MB',
  max_wal_size: '512MB',
  hot_standby: 'on',
  synchronous_commit: 'on',
  log_min_messages: 'warning',
  // Primary and standby detect the loss of each other within seconds.
  wal_sender_timeout: '10s',
  wal_receiver_timeout: '10s',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '200ms',
};

/** Postgres's log message; always in English because of locale C. */
export const READY = 'database system is ready to accept';

/** Programs, directory, port and settings of a server. */
export interface ServerSpec {
  name: string;
  binaries: PostgresBinaries;
  user: RunAs;
  dataDirectory: string;
  logFile: string;
  port: number;
  /** Settings in addition to those of all servers; these win. */
  settings?: Readonly<Record<string, string>>;
  /** The authority of its certificate, if it takes connections over TLS only. */
  caFile?: string | undefined;
}

/** Creates an empty database cluster whose superuser `hailgrid` logs in by password only. */
export async function initialise(spec: ServerSpec, password: string): Promise<void> {
  mkdirSync(spec.dataDirectory, { mode: 0o700 });
  const passwordFile = `${spec.dataDirectory}.password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  try {
    await Promise.all([giveTo(spec.user, spec.dataDirectory), giveTo(spec.user, passwordFile)]);
    await promisify(execFile)(
      join(spec.binaries.directory, 'initdb'),
      [
        `--pgdata=${spec.dataDirectory}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-sync',
        '--no-instructions',
      ],
      { ...spec.user, cwd: '/' },
    );
  } finally {
    rmSync(passwordFile);
  }
}

/** Starts the server on its data directory; resolves when it accepts connections. An abort of the signal kills it. */
export async function startServer(spec: ServerSpec, signal?: AbortSignal): Promise<SupervisedChild> {
  const settings = { ...SETTINGS, port: String(spec.port), cluster_name: spec.name, ...spec.settings };
  chmodSync(spec.dataDirectory, 0o700);
  const child = new SupervisedChild({
    name: spec.name,
    command: join(spec.binaries.directory, 'postgres'),
    args: [
      '-D',
      spec.dataDirectory,
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    cwd: '/',
    logFile: spec.logFile,
    stopSignal: 'SIGINT', // "fast": ends sessions instead of waiting for them
    ...spec.user,
  });
  const giveUp = (): void => void child.kill();
  signal?.addEventListener('abort', giveUp);
  try {
    await child.untilLogged((line) => (line.includes(READY) ? true : undefined));
    signal?.throwIfAborted();
    return child;
  } catch (error) {
    await child.stop();
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}

/** Path of the data directory of a server with this name. */
export function dataDirectoryOf(directory: string, name: string): string {
  return join(directory, name);
}

export function urlOf(spec: Pick<ServerSpec, 'port' | 'caFile'>, password: string, database: string): string {
  const tls = spec.caFile === undefined ? '' : `?sslmode=verify-full&sslrootcert=${spec.caFile}`;
  return `postgres://${SUPERUSER}:${password}@${LOOPBACK}:${spec.port}/${database}${tls}`;
}
