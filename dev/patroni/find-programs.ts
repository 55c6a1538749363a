import { join } from 'node:path';
import { debianPrograms, type DebianPrograms } from '../debian/debian-programs.ts';
import { postgresUser, type RunAs } from '../../ops/postgres/run-as.ts';
import { findOnPath } from '../setup/tool-cache.ts';
import { patroniProgram, type PatroniProgram } from './fetch-patroni.ts';
import { postgresPrograms, type PostgresPrograms } from './postgres-programs.ts';

const ETCD_PACKAGE = { 'etcd-server': '3.4' };
const HAPROXY_PACKAGE = { haproxy: '2' };
const OPENSSL_PACKAGE = { openssl: '3' };

export interface Program {
  path: string;
  env: NodeJS.ProcessEnv;
}

/** The programs of a Patroni cluster. */
export interface PatroniPrograms {
  user: RunAs;
  postgres: PostgresPrograms;
  etcd: Program;
  haproxy: Program;
  /** Makes the certificates. */
  openssl: Program;
  patroni: PatroniProgram;
}

/** Finds the installed programs and fetches the others. Throws a UserError that names a program it cannot get. */
export async function patroniPrograms(): Promise<PatroniPrograms> {
  const user = await postgresUser();
  const postgres = await postgresPrograms();
  const etcd = await debianProgram('etcd', 'usr/bin', ETCD_PACKAGE);
  const haproxy = await debianProgram('haproxy', 'usr/sbin', HAPROXY_PACKAGE);
  const openssl = await debianProgram('openssl', 'usr/bin', OPENSSL_PACKAGE);
  return { user, postgres, etcd, haproxy, openssl, patroni: await patroniProgram(user) };
}

async function debianProgram(
  name: string,
  directory: string,
  packages: Readonly<Record<string, string>>,
): Promise<Program> {
  const installed = findOnPath(name, `/${directory}`);
  if (installed !== undefined) return { path: installed, env: process.env };
  const { root, env }: DebianPrograms = await debianPrograms({ name, packages });
  return { path: join(root, directory, name), env };
}
