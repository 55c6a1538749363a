import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../command-line/user-error.ts';
import type { PostgresPrograms } from './programs.ts';
import { query } from './query.ts';
import { giveTo, type RunAs } from './run-as.ts';

export const SUPERUSER = 'hailgrid';

/** Part of the socket's name only: the server does not listen on TCP. */
const SOCKET_PORT = 5432;
/** A fast shutdown writes a checkpoint. After this long the server is killed. */
const STOP_LIMIT_MS = 60_000;
/** Recovery that makes no progress for this long is given up. */
const STALLED_LIMIT_MS = 10 * 60_000;
const POLL_MS = 200;
const LINES_IN_MESSAGE = 15;

export interface LocalServerSpec {
  programs: PostgresPrograms;
  user: RunAs;
  dataDirectory: string;
  logFile: string;
  /** Aborting it stops the server. */
  signal?: AbortSignal;
}

export interface LocalServer {
  /** Resolves when the server has ended, with a message that says how. */
  readonly exited: Promise<string>;
  readonly stop: () => Promise<void>;
}

/** A server that only this process can reach: over a socket in a private directory, without a password. */
export interface PrivateServer extends LocalServer {
  url(database: string): string;
}

/** Starts the server over its data directory; does not wait until it accepts connections. */
export function startServer(
  { programs, user, dataDirectory, logFile, signal }: LocalServerSpec,
  settings: Readonly<Record<string, string>>,
): LocalServer {
  const log = openSync(logFile, 'a', 0o600);
  const args = Object.entries({ ...settings, logging_collector: 'off' });
  const child = spawn(
    join(programs.directory, 'postgres'),
    ['-D', dataDirectory, ...args.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...user,
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', log, log],
      killSignal: 'SIGINT', // "fast": ends sessions instead of waiting for them
      ...(signal !== undefined && { signal }),
    },
  );
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(error.message);
    });
    child.once('exit', (code, by) =>
      resolve(`Postgres ended (${by ?? `exit code ${code}`}). ${endOf(logFile)}`),
    );
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(timer);
  };
  return { exited, stop };
}

export async function startPrivately(
  spec: LocalServerSpec,
  settings: Readonly<Record<string, string>> = {},
): Promise<PrivateServer> {
  const directory = mkdtempSync(join(tmpdir(), 'hailgrid-restore-'));
  // The server's user must be able to pass through the directory.
  await chmod(directory, 0o711);
  const sockets = join(directory, 'socket');
  mkdirSync(sockets, { mode: 0o700 });
  const access = join(sockets, 'pg_hba.conf');
  writeFileSync(access, 'local all all trust\n', { mode: 0o600 });
  await giveTo(spec.user, sockets);
  const { exited, stop } = startServer(spec, {
    ...settings,
    port: String(SOCKET_PORT),
    listen_addresses: '',
    unix_socket_directories: sockets,
    hba_file: access,
  });
  void exited.then(() => rmSync(directory, { recursive: true, force: true }));
  return {
    exited,
    stop,
    url: (database) => `postgres://${SUPERUSER}@/${database}?host=${sockets}&port=${SOCKET_PORT}`,
  };
}

/**
 * Waits until the server accepts writes: until recovery has ended. Throws {@link UserError} if the server ends before, or
 * makes no progress for 10 minutes.
 *
 * @param url of a superuser
 */
export async function untilWriting({ exited }: LocalServer, url: string): Promise<void> {
  let ended: string | undefined;
  void exited.then((how) => (ended = how));
  let position: string | undefined;
  let deadline = performance.now() + STALLED_LIMIT_MS;
  for (;;) {
    const now = await recoveryProgress(url);
    if (now?.in_recovery === false) return;
    if (ended !== undefined) throw new UserError(ended);
    if (now !== undefined && now.position !== position) {
      position = now.position;
      deadline = performance.now() + STALLED_LIMIT_MS;
    }
    if (performance.now() > deadline)
      throw new UserError(`recovery made no progress after ${position ?? 'its start'}`);
    await sleep(POLL_MS);
  }
}

/** Undefined if the server does not answer because it is starting or ending. */
async function recoveryProgress(
  url: string,
): Promise<{ in_recovery: boolean; position: string } | undefined> {
  try {
    const [row] = await query<{ in_recovery: boolean; position: string }>(
      url,
      'SELECT pg_is_in_recovery() AS in_recovery, pg_last_wal_replay_lsn()::text AS position',
    );
    return row;
  } catch {
    return undefined;
  }
}

function endOf(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LINES_IN_MESSAGE);
  return `Its last lines (${logFile}):\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
