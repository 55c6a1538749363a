import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresPrograms } from '../../../dev/patroni/postgres-programs.ts';
import { SupervisedChild } from '../../../dev/process/supervised-child.ts';
import { findOnPath } from '../../../dev/setup/tool-cache.ts';

const THREADS = 2;

export interface PgbenchRun {
  readonly tripsPerS: number;
  readonly trips: number;
  /** Time per trip for fetching its parameters, which the service does not need. */
  readonly parametersShare: number;
}

export interface Pgbench {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The program on PATH, at Debian's location, or fetched from Debian; a UserError says why it is unavailable. */
export async function findPgbench(): Promise<Pgbench> {
  const installed = globSync('/usr/lib/postgresql/*/bin/pgbench').toSorted().at(-1);
  const path = findOnPath('pgbench') ?? installed;
  if (path !== undefined) return { path, env: process.env };
  const { directory, env } = await postgresPrograms();
  return { path: join(directory, 'pgbench'), env };
}

/** Runs a script for some seconds with one connection per client; a failed statement fails the measurement. */
export async function runPgbench(
  program: Pgbench,
  url: string,
  options: {
    script: string;
    clients: number;
    seconds: number;
    logFile: string;
    variables: Readonly<Record<string, number>>;
  },
): Promise<PgbenchRun> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const child = new SupervisedChild({
    name: 'pgbench',
    command: program.path,
    args: [
      '--no-vacuum',
      '--protocol=prepared',
      '--report-per-command',
      `--client=${options.clients}`,
      `--jobs=${Math.min(THREADS, options.clients)}`,
      `--time=${options.seconds}`,
      `--file=${options.script}`,
      ...Object.entries(options.variables).map(([name, value]) => `--define=${name}=${value}`),
    ],
    env: {
      ...program.env,
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: username,
      PGPASSWORD: password,
      PGDATABASE: pathname.slice(1),
    },
    logFile: options.logFile,
  });
  const { code } = await child.exited;
  const report = readFileSync(options.logFile, 'utf8');
  if (code !== 0 || !/number of failed transactions: 0 /.test(report))
    throw new Error(`pgbench failed:\n${report.slice(-2_000)}`);
  return {
    tripsPerS: numberIn(report, /tps = ([\d.]+)/),
    trips: numberIn(report, /number of transactions actually processed: (\d+)/),
    parametersShare:
      numberIn(report, /([\d.]+) +\d+ +SELECT \* FROM bench_parameters/) /
      numberIn(report, /latency average = ([\d.]+)/),
  };
}

function numberIn(report: string, pattern: RegExp): number {
  const found = pattern.exec(report)?.[1];
  if (found === undefined) throw new Error(`pgbench does not say ${pattern.source}:\n${report}`);
  return Number(found);
}
