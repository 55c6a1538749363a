import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianPrograms } from '../debian/debian-programs.ts';

/** The Debian packages of the release that deploy/ describes. */
const DEBIAN_PACKAGE = { 'postgresql-15': '15', 'postgresql-client-15': '15' };
const SUPPORTED = [15, 16, 17, 18];
const INSTALLED = '/usr/lib/postgresql';
/** The programs that Patroni runs. */
const NEEDED = ['initdb', 'postgres', 'pg_ctl', 'pg_controldata', 'pg_isready', 'pg_basebackup', 'pg_rewind'];

export interface PostgresPrograms {
  /** Directory of the programs, including pg_basebackup and pg_rewind. */
  directory: string;
  env: NodeJS.ProcessEnv;
  version: string;
}

/**
 * A complete PostgreSQL: the oldest supported one that Debian has installed here, else PostgreSQL 15 fetched from
 * Debian.
 */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const installed = installedDirectories().find((directory) => isWhole(directory));
  if (installed !== undefined)
    return { directory: installed, env: process.env, version: await versionOf(installed, process.env) };
  const { root, env } = await debianPrograms({ name: 'postgresql', packages: DEBIAN_PACKAGE });
  const directory = join(root, INSTALLED, '15', 'bin');
  return { directory, env, version: await versionOf(directory, env) };
}

function installedDirectories(): string[] {
  if (!existsSync(INSTALLED)) return [];
  const present = readdirSync(INSTALLED);
  return SUPPORTED.filter((version) => present.includes(String(version))).map((version) =>
    join(INSTALLED, String(version), 'bin'),
  );
}

function isWhole(directory: string): boolean {
  return NEEDED.every((program) => existsSync(join(directory, program)));
}

async function versionOf(directory: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)(join(directory, 'postgres'), ['--version'], { env, cwd: '/' });
  return /\d+(\.\d+)?/.exec(stdout)?.[0] ?? stdout.trim();
}
