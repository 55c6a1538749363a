import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi, type TestContext } from 'vitest';
import { newId } from '#libs/contracts';
import { patroniPrograms } from '../../../dev/patroni/find-programs.ts';
import { startPatroni, type PatroniCluster } from '../../../dev/patroni/start-patroni.ts';
import { createDatabase, dropDatabase } from '../../../dev/postgres/database.ts';
import { makeLogin } from '../../../ops/migrate/logins.ts';
import { migrate } from '../../../ops/migrate/migrations.ts';
import { query } from '../../../ops/postgres/query.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { fetchedOrReason } from '../../../dev/test-world/index.ts';
import { ESTRELA, ROSSIO, TestCity } from '../../city/test-city.ts';
import { cutReplication, unreplicatedBytes, writable } from './faults.ts';
import { expectStrangersRefused, strangersCertificate } from './strangers.ts';
import { Lane } from './lane.ts';
import { Lanes } from './lanes.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 600_000 });

const DATABASE = 'hailgrid';
const CITY_DATABASE = 'city';
const SERVICES = ['dev-issuer', 'trips', 'matcher', 'rider-api', 'driver-api'];
/** Time for unreplicated commits to pile up. */
const UNREPLICATED_MS = 400;
/** Longer than the `ttl` of an owner's key in etcd. */
const ETCD_AWAY_MS = 22_000;
/** Longer than Patroni needs to notice a lost standby. */
const ALONE_MS = 12_000;
const DEMOTED_LIMIT = { timeout: 60_000, interval: 500 };
const STILL_DEMOTED_MS = 3_000;
const RECOVERING = 'SELECT pg_is_in_recovery() AS standby';

let directory: TemporaryDirectory;
let running: { cluster: PatroniCluster; lanes: Lanes } | undefined;
/** Why it cannot run on this machine. */
let missing: string | undefined;

beforeAll(async () => {
  const programs = await fetchedOrReason(patroniPrograms());
  missing = programs.missing;
  if (programs.fetched === undefined) return;
  directory = temporaryDirectory('patroni-test');
  const cluster = await startPatroni(programs.fetched, directory.path);
  await createDatabase(cluster.primaryUrl('postgres'), DATABASE);
  await migrate(cluster.primaryUrl(DATABASE));
  const asTrips = await makeLogin(cluster.primaryUrl(DATABASE), 'trips');
  const lanes = await Promise.all([
    Lane.start('direct', cluster.urls(DATABASE).map(asTrips)),
    Lane.start('haproxy', [asTrips(cluster.primaryUrl(DATABASE))]),
  ]);
  running = { cluster, lanes: new Lanes(lanes) };
});

afterAll(async () => {
  await running?.lanes.stop();
  await running?.cluster.stop();
  directory?.remove();
});

function runningOrSkip({ skip }: TestContext): { cluster: PatroniCluster; lanes: Lanes } {
  return running ?? skip(missing);
}

function report(figures: object): void {
  console.log(JSON.stringify({ patroni: figures }));
}

test('the shipped files make a cluster in which a standby confirms each commit and HAProxy routes to its members', async (context) => {
  const { cluster } = runningOrSkip(context);
  const [settings] = await query<Record<string, string>>(
    cluster.primaryUrl('postgres'),
    `SELECT current_setting('synchronous_standby_names') AS standbys,
            current_setting('synchronous_commit') AS commit, current_setting('data_checksums') AS checksums,
            current_setting('password_encryption') AS passwords, inet_server_port() AS port`,
  );
  expect(settings).toMatchObject({
    standbys: expect.stringMatching(/^ANY 1 \("?pg\d"?,"?pg\d"?\)$/),
    commit: 'on',
    checksums: 'on',
    passwords: 'scram-sha-256',
    port: (await cluster.primary()).spec.ports.postgres,
  });
  expect(await query(cluster.replicaUrl(DATABASE), RECOVERING)).toEqual([{ standby: true }]);
  const guess = new URL(cluster.primaryUrl(DATABASE));
  guess.password = 'guess';
  await expect(query(guess.href, RECOVERING)).rejects.toMatchObject({ code: '28P01' });
});

test('replication and all sessions are encrypted', async (context) => {
  const { cluster } = runningOrSkip(context);
  const sessions = await query<{ replication: boolean; encrypted: boolean; many: boolean }>(
    cluster.primaryUrl('postgres'),
    `SELECT usename = 'replicator' AS replication, bool_and(ssl) AS encrypted, count(*) > 1 AS many
     FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL GROUP BY 1 ORDER BY 1`,
  );
  expect(sessions).toEqual([
    { replication: false, encrypted: true, many: true },
    { replication: true, encrypted: true, many: true },
  ]);
});

test('Postgres, Patroni and etcd refuse a client without TLS, without a certificate, or with that of a stranger', async (context) => {
  const { cluster } = runningOrSkip(context);
  const primary = await cluster.primary();
  const stranger = await strangersCertificate(cluster, await patroniPrograms(), directory.path);
  await expectStrangersRefused(cluster, stranger);
  expect(await cluster.primary()).toBe(primary);
});

test('a city runs on it: a trip from request to completion', async (context) => {
  const { cluster } = runningOrSkip(context);
  await createDatabase(cluster.primaryUrl('postgres'), CITY_DATABASE);
  await migrate(cluster.primaryUrl(CITY_DATABASE));
  const city = await TestCity.start(SERVICES, {
    database: {
      name: CITY_DATABASE,
      url: cluster.primaryUrl(CITY_DATABASE),
      urls: cluster.urls(CITY_DATABASE),
      drop: () => dropDatabase(cluster.primaryUrl('postgres'), CITY_DATABASE),
    },
  });
  const driver = await city.driverAt(ROSSIO);
  const rider = await city.rider();
  const quote = await rider.quote(ROSSIO, ESTRELA);
  const { body: trip } = await rider.requestTrip(quote.body.quote_id, newId('event'));
  await driver.accept(await driver.offer());
  await driver.drive(trip.trip_id);
  expect(await rider.trip(trip.trip_id)).toMatchObject({ state: 'completed' });
  await city.stop();
});

test('the primary’s host dies during commits: another takes over, and the dead one rejoins as a follower', async (context) => {
  const { cluster, lanes } = runningOrSkip(context);
  await lanes.untilBusy();
  const dead = await cluster.primary();
  // Later commits are in the primary's log alone, and are not acknowledged.
  const mend = await cutReplication(cluster.hosts.filter((host) => host !== dead));
  await sleep(UNREPLICATED_MS);
  const unreplicated_bytes = await unreplicatedBytes(dead);
  await dead.die();
  const faultAt = performance.now();
  mend();

  const rto_ms = await lanes.recoveredSince(faultAt);
  const successor = await cluster.primary();
  expect(successor.name).not.toBe(dead.name);
  const kept = await lanes.expectAllKept(successor.url(DATABASE));
  report({ fault: 'host killed', unreplicated_bytes, rto_ms, ...kept });
  expect(unreplicated_bytes).toBeGreaterThan(0);

  await dead.comeBack();
  await cluster.untilWhole();
  // Its own commits were rewound; its data were not copied again.
  const log = readFileSync(dead.patroniLog, 'utf8');
  expect(log).toContain('pg_rewind exit code=0');
  expect(log).not.toContain('Removing data directory');
  expect(await query(dead.url('postgres'), RECOVERING)).toEqual([{ standby: true }]);
});

test('a Postgres that crashes under Patroni is restarted or replaced', async (context) => {
  const { cluster, lanes } = runningOrSkip(context);
  await lanes.untilBusy();
  (await cluster.primary()).crashPostgres();
  const faultAt = performance.now();
  const rto_ms = await lanes.recoveredSince(faultAt);
  await cluster.untilWhole();
  expect(await writable(cluster.hosts)).toHaveLength(1);
  const kept = await lanes.expectAllKept(cluster.primaryUrl(DATABASE));
  report({ fault: 'postgres killed', rto_ms, ...kept });
});

test('a planned switchover loses nothing', async (context) => {
  const { cluster, lanes } = runningOrSkip(context);
  await lanes.untilBusy();
  const from = await cluster.primary();
  const to = cluster.hosts.find((host) => host !== from);
  if (to === undefined) throw new Error('no other host');
  const askedAt = performance.now();
  await cluster.switchover(from, to);
  expect((await cluster.primary()).name).toBe(to.name);
  await lanes.untilBusy();
  const longest_wait_ms = await lanes.longestWaits(askedAt);
  await cluster.untilWhole();
  report({ fault: 'switchover', longest_wait_ms, ...(await lanes.expectAllKept(to.url(DATABASE))) });
});

test('without both standbys nothing is acknowledged, until one is back', async (context) => {
  const { cluster, lanes } = runningOrSkip(context);
  await lanes.untilBusy();
  const primary = await cluster.primary();
  const standbys = cluster.hosts.filter((host) => host !== primary);
  await Promise.all(standbys.map((host) => host.loseDatabase()));
  const aloneAt = performance.now();
  await sleep(ALONE_MS);
  expect(await writable(cluster.hosts)).toEqual([primary]);
  expect(lanes.acknowledgedSince(aloneAt)).toBe(0);

  for (const host of standbys) host.startPatroni();
  const backAt = performance.now();
  const rto_ms = await lanes.recoveredSince(backAt);
  await cluster.untilWhole();
  const kept = await lanes.expectAllKept(cluster.primaryUrl(DATABASE));
  report({ fault: 'both standbys killed', rto_ms, ...kept });
});

test('without etcd writes continue while the members reach each other; once one is lost, none are accepted until etcd is back', async (context) => {
  const { cluster, lanes } = runningOrSkip(context);
  await lanes.untilBusy();
  const primary = await cluster.primary();
  const silent = cluster.hosts.find((host) => host !== primary);
  for (const { etcd } of cluster.hosts) etcd.pause();
  await sleep(ETCD_AWAY_MS);
  await lanes.untilBusy();
  expect(await writable(cluster.hosts)).toEqual([primary]);

  // The primary cannot know whether a lost member now has its own leader.
  silent?.patroni.pause();
  await expect.poll(() => writable(cluster.hosts), DEMOTED_LIMIT).toEqual([]);
  const demotedAt = performance.now();
  await sleep(STILL_DEMOTED_MS);
  expect(lanes.acknowledgedSince(demotedAt)).toBe(0);

  for (const { etcd } of cluster.hosts) etcd.resume();
  silent?.patroni.resume();
  const backAt = performance.now();
  const rto_ms = await lanes.recoveredSince(backAt);
  await cluster.untilWhole();
  const writers = await writable(cluster.hosts);
  expect(writers).toHaveLength(1);
  report({ fault: 'etcd away', rto_ms, ...(await lanes.expectAllKept(cluster.primaryUrl(DATABASE))) });
});

test('this Postgres accepts all statements of ours and of Patroni', (context) => {
  const { cluster } = runningOrSkip(context);
  for (const { patroniLog } of cluster.hosts) {
    const log = readFileSync(patroniLog, 'utf8');
    // Each log line of Postgres has an SQLSTATE; class 42 is syntax, names and rights. Patroni recreates a missing slot (42704).
    expect(log).toMatch(/ 00000 .*ready to accept/);
    expect(log.match(/.* 42(?!704)\w{3} .*ERROR: .*/g) ?? []).toEqual([]);
  }
});
