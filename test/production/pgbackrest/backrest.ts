import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { debianPrograms } from '../../../dev/debian/debian-programs.ts';
import { postgresPrograms } from '../../../dev/patroni/postgres-programs.ts';
import { giveTo, postgresUser, type RunAs } from '../../../ops/postgres/run-as.ts';
import type { PostgresBinaries } from '../../../dev/postgres/binaries.ts';
import { findOnPath } from '../../../dev/setup/tool-cache.ts';

const PACKAGE = { pgbackrest: '2' };

export interface BackrestPrograms {
  postgres: PostgresBinaries;
  user: RunAs;
  /** With pgbackrest on its PATH, for Postgres to archive with. */
  env: NodeJS.ProcessEnv;
}

/** pgBackRest and a complete PostgreSQL, installed or fetched from Debian; a UserError says what is unavailable. */
export async function backrestPrograms(): Promise<BackrestPrograms> {
  const { directory, version, env } = await postgresPrograms();
  const backrest =
    findOnPath('pgbackrest') === undefined
      ? (await debianPrograms({ name: 'pgbackrest', packages: PACKAGE })).env
      : process.env;
  return {
    postgres: { directory, version },
    user: await postgresUser(),
    env: {
      PATH: joined(backrest['PATH'], env['PATH']),
      LD_LIBRARY_PATH: joined(backrest['LD_LIBRARY_PATH'], env['LD_LIBRARY_PATH']),
    },
  };
}

function joined(...paths: (string | undefined)[]): string {
  return paths.filter((path) => path !== undefined && path !== '').join(':');
}

export function deployedFile(name: string): string {
  return fileURLToPath(new URL(`../../../deploy/pgbackrest/${name}`, import.meta.url));
}

/** Paths on this machine for those in deploy/pgbackrest/pgbackrest.conf. */
export interface Places {
  data: string;
  sockets: string;
  port: number;
  /** A folder for repository, locks and logs. */
  folder: string;
  password: string;
}

/** Settings of pgbackrest that override those of the shipped file. */
export async function backrestEnvironment(
  { env, user }: BackrestPrograms,
  { data, sockets, port, folder, password }: Places,
): Promise<Record<string, string>> {
  const own = (name: string): string => join(folder, name);
  for (const name of ['repository', 'lock', 'spool', 'socket']) mkdirSync(own(name), { mode: 0o700 });
  await giveTo(user, folder);
  return {
    PATH: env['PATH'] ?? '',
    LD_LIBRARY_PATH: env['LD_LIBRARY_PATH'] ?? '',
    PGPASSWORD: password,
    PGBACKREST_CONFIG: deployedFile('pgbackrest.conf'),
    PGBACKREST_REPO1_PATH: own('repository'),
    PGBACKREST_LOCK_PATH: own('lock'),
    PGBACKREST_SPOOL_PATH: own('spool'),
    PGBACKREST_PG1_PATH: data,
    PGBACKREST_PG1_SOCKET_PATH: sockets,
    PGBACKREST_PG1_PORT: String(port),
  };
}

/** Runs `pgbackrest --stanza=hailgrid …` as the user of Postgres; returns its output. */
export async function backrest(
  user: RunAs,
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<string> {
  const { stdout } = await promisify(execFile)('pgbackrest', ['--stanza=hailgrid', ...args], {
    ...user,
    env,
    cwd: '/',
  });
  return stdout;
}
