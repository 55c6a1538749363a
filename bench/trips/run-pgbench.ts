import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SupervisedChild } from '../../stack/process/supervised-child.ts';
import { UserError } from '../../stack/user-error.ts';

const THREADS = 2;

export interface PgbenchRun {
  readonly tripsPerS: number;
  readonly trips: number;
  /** Of a trip's time: what went into getting its parameters, which the service has no need of. */
  readonly parametersShare: number;
}

/** The program, on PATH or where Debian keeps it. */
export function findPgbench(): string {
  const directories = (process.env['PATH'] ?? '').split(':').map((directory) => join(directory, 'pgbench'));
  const found = [...directories, ...globSync('/usr/lib/postgresql/*/bin/pgbench').toSorted().toReversed()];
  const program = found.find((path) => existsSync(path));
  if (program !== undefined) return program;
  throw new UserError('there is no pgbench; Debian has it in the package postgresql-contrib');
}

/** Runs a script for some seconds with one connection a client; a statement that fails fails the measurement. */
export async function runPgbench(
  program: string,
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
    command: program,
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
      ...process.env,
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
