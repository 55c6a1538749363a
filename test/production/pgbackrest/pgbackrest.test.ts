import { execFile } from 'node:child_process';
import { chmodSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi, type TestContext } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../../dev/build/checkout.ts';
import { freePort } from '../../../dev/network/free-port.ts';
import { createDatabase } from '../../../dev/postgres/database.ts';
import { migrate } from '../../../ops/migrate/migrations.ts';
import { query } from '../../../ops/postgres/query.ts';
import { isWhole, leaderOf, membersBy } from '../../../dev/patroni/cluster-view.ts';
import { patroniPrograms } from '../../../dev/patroni/find-programs.ts';
import { hostSpecs } from '../../../dev/patroni/host-spec.ts';
import { PatroniHost } from '../../../dev/patroni/patroni-host.ts';
import { giveTo } from '../../../ops/postgres/run-as.ts';
import { initialise, startServer, urlOf, type ServerSpec } from '../../../dev/postgres/server.ts';
import type { SupervisedChild } from '../../../dev/process/supervised-child.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { fetchedOrReason } from '../../../dev/test-world/index.ts';
import { TripWriter } from '../../backup/trip-writer.ts';
import {
  backrest,
  backrestEnvironment,
  backrestPrograms,
  deployedFile,
  type BackrestPrograms,
} from './backrest.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 600_000 });

const DATABASE = 'hailgrid';
const PASSWORD = 'of a test';
/** As Patroni creates them in its own cluster. */
const PATRONI_ROLES = `
  CREATE ROLE postgres SUPERUSER LOGIN PASSWORD '${PASSWORD}';
  CREATE ROLE replicator LOGIN REPLICATION PASSWORD '${PASSWORD}';
  CREATE ROLE rewinder LOGIN PASSWORD '${PASSWORD}'`;

const JOINED = { timeout: 90_000, interval: 500 };

interface Running {
  programs: BackrestPrograms;
  directory: TemporaryDirectory;
  spec: ServerSpec;
  server: SupervisedChild;
  /** Runs pgbackrest with the shipped file. */
  pgbackrest: (...args: string[]) => Promise<string>;
}

let running: Running | undefined;
/** Why it cannot run on this machine. */
let missing: string | undefined;

beforeAll(async () => {
  const programs = await fetchedOrReason(backrestPrograms());
  missing = programs.missing;
  if (programs.fetched !== undefined) running = await start(programs.fetched);
});
afterAll(async () => {
  await running?.server.stop();
  running?.directory.remove();
  vi.unstubAllEnvs();
});

/** A PostgreSQL that archives with the shipped command. */
async function start(programs: BackrestPrograms): Promise<Running> {
  const directory = temporaryDirectory('pgbackrest-test');
  const { user, postgres } = programs;
  const folder = join(directory.path, 'backrest');
  mkdirSync(folder);
  const sockets = join(folder, 'socket');
  const spec: ServerSpec = {
    name: 'postgres_1',
    binaries: postgres,
    user,
    dataDirectory: join(directory.path, 'data'),
    logFile: join(directory.path, 'postgres.log'),
    port: await freePort(),
    settings: { ...archiveSettings(), unix_socket_directories: sockets },
  };
  const places = { data: spec.dataDirectory, sockets, port: spec.port, folder, password: PASSWORD };
  const env = await backrestEnvironment(programs, places);
  // Postgres passes them on to the archive command.
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  await initialise(spec, PASSWORD);
  const server = await startServer(spec);
  await query(urlOf(spec, PASSWORD, 'postgres'), PATRONI_ROLES);
  await query(urlOf(spec, PASSWORD, 'postgres'), readFileSync(deployedFile('backup-role.sql'), 'utf8'));
  await query(urlOf(spec, PASSWORD, 'postgres'), `ALTER ROLE hailgrid_backup PASSWORD '${PASSWORD}'`);
  await createDatabase(urlOf(spec, PASSWORD, 'postgres'), DATABASE);
  await migrate(urlOf(spec, PASSWORD, DATABASE));
  return { programs, directory, spec, server, pgbackrest: (...args) => backrest(user, env, ...args) };
}

/** The settings that `patronictl edit-config` applies. */
function archiveSettings(): Record<string, string> {
  const file = parse(readFileSync(deployedFile('patroni-archive.yml'), 'utf8')) as {
    postgresql: { parameters: Record<string, string> };
  };
  return file.postgresql.parameters;
}

function runningOrSkip({ skip }: TestContext): Running {
  return running ?? skip(missing);
}

test('a full and an incremental backup and the archived log restore a moment; a damaged repository is detected', async (context) => {
  const { spec, pgbackrest, directory, programs } = runningOrSkip(context);
  const url = urlOf(spec, PASSWORD, DATABASE);
  await pgbackrest('stanza-create');
  await pgbackrest('check');
  const writer = new TripWriter([url]);
  await writer.more(20);
  await pgbackrest('--type=full', 'backup');
  await writer.more(20);
  await pgbackrest('--type=incr', 'backup');
  await writer.more(20);
  const [now] = await query<{ now: string }>(url, 'SELECT clock_timestamp()::text AS now');
  const moment = `${now!.now}:00`;
  await writer.more(20);
  await writer.stop();
  await query(url, 'DROP TABLE trip_event, driver_claim, trip CASCADE');
  await query(url, 'SELECT pg_switch_wal()');
  await pgbackrest('check'); // waits until the log is archived

  const [{ backup: taken }] = JSON.parse(await pgbackrest('--output=json', 'info')) as [
    { backup: { type: string; error: boolean }[] },
  ];
  expect(taken).toMatchObject([
    { type: 'full', error: false },
    { type: 'incr', error: false },
  ]);
  expect(await pgbackrest('verify', '--output=text', '--verbose')).toMatch(/status: ok/);

  const data = await emptyDirectory(programs, directory);
  const target = ['--type=time', `--target=${moment}`, '--target-action=promote', '--archive-mode=off'];
  await pgbackrest(`--pg1-path=${data}`, ...target, 'restore');
  const restored: ServerSpec = {
    ...spec,
    name: 'postgres_restored',
    dataDirectory: data,
    logFile: join(directory.path, 'restored.log'),
    port: await freePort(),
    settings: { unix_socket_directories: '' },
  };
  const server = await startServer(restored);
  try {
    await expectTheMoment(urlOf(restored, PASSWORD, DATABASE), writer, Date.parse(moment));
  } finally {
    await server.stop();
  }

  // One byte of one file in the repository.
  const [file] = globSync(join(directory.path, 'backrest/repository/backup/hailgrid/*F/bundle/*'));
  chmodSync(file!, 0o600);
  const contents = readFileSync(file!);
  contents[contents.length >> 1] = contents[contents.length >> 1]! ^ 1;
  writeFileSync(file!, contents);
  expect(await pgbackrest('verify', '--output=text')).toMatch(/status: error[^]*(checksum|invalid)/);
});

/** The data directory of the first host of a Patroni cluster. */
async function emptyDirectory({ user }: BackrestPrograms, directory: TemporaryDirectory): Promise<string> {
  const data = join(directory.path, 'pg1', 'data');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  await giveTo(user, join(directory.path, 'pg1'));
  return data;
}

async function expectTheMoment(url: string, { written }: TripWriter, momentMs: number): Promise<void> {
  const isOver = async () =>
    (await query<{ yes: boolean }>(url, 'SELECT NOT pg_is_in_recovery() AS yes'))[0]?.yes;
  await expect.poll(isOver, { timeout: 60_000, interval: 100 }).toBe(true);
  const rows = await query<{ trip_id: string }>(url, 'SELECT trip_id FROM trip');
  const trips = new Set(rows.map(({ trip_id }) => trip_id));
  const before = written.filter(({ acknowledgedAtMs }) => acknowledgedAtMs < momentMs);
  const after = written.filter(({ askedAtMs }) => askedAtMs > momentMs);
  expect(after.length).toBeGreaterThan(10);
  expect(before.filter(({ uuid }) => !trips.has(uuid))).toEqual([]);
  expect(after.filter(({ uuid }) => trips.has(uuid))).toEqual([]);
  // As in the README: the trips are whole, and the fences are raised.
  expect(await command('ops/audit.ts', '--database', url)).toMatchObject({
    trips: trips.size,
    findings: [],
  });
  expect(await command('ops/fence.ts', '--database', url)).toMatchObject({
    step: 1_000_000,
    planner: false,
  });
}

async function command(script: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', script, ...args], {
    cwd: CHECKOUT,
  });
  return JSON.parse(stdout);
}

test('Patroni adopts the restored cluster, and the other hosts are copied from it', async (context) => {
  const { directory } = runningOrSkip(context);
  const { fetched: programs, missing: why } = await fetchedOrReason(patroniPrograms());
  if (programs === undefined) return context.skip(why);
  const specs = await hostSpecs(3, directory.path);
  const passwords = { superuser: PASSWORD, replication: PASSWORD, rewind: PASSWORD, patroni: PASSWORD };
  const hosts = specs.map((spec) => new PatroniHost(spec, specs, programs, passwords));
  try {
    const [first, ...others] = hosts as [PatroniHost, ...PatroniHost[]];
    for (const host of hosts) await host.prepare();
    await Promise.all(hosts.map((host) => host.startEtcd()));
    first.startPatroni();
    const seen = () => membersBy(hosts).catch(() => []);
    await expect.poll(async () => leaderOf(await seen()), JOINED).toBe('pg1');
    for (const host of others) host.startPatroni();
    await expect.poll(async () => isWhole(await seen(), hosts.length), JOINED).toBe(true);
    const counts = hosts.map((host) =>
      query<{ n: number }>(host.url(DATABASE), 'SELECT count(*)::int AS n FROM trip'),
    );
    const [one, ...same] = (await Promise.all(counts)).map(([row]) => row!.n);
    expect(one).toBeGreaterThan(50);
    expect(same).toEqual([one, one]);
  } finally {
    await Promise.all(hosts.map((host) => host.die()));
  }
});
