import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { postgresPrograms } from '../../dev/patroni/postgres-programs.ts';
import { startPostgres, type Postgres } from '../../dev/postgres/start-postgres.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { TestAuthority } from '../../dev/tls/test-authority.ts';
import { findPrimary as findPrimaryForTool } from '../../ops/postgres/find-primary.ts';
import { query } from '../../ops/postgres/query.ts';
import { ClusterWatch, Database, findPrimary, StandbyReads } from '#libs/store';

const WAIT = { timeout: 10_000, interval: 20 };
const ENCRYPTED = {
  name: 'encrypted',
  text: 'SELECT ssl AS encrypted, pg_is_in_recovery() AS standby FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
  values: [],
};

const directory = temporaryDirectory('encrypted-database-test');
let authority: TestAuthority;
let stranger: TestAuthority;
let postgres: Postgres;
let urls: readonly string[];

beforeAll(async () => {
  // The Postgres of the other tests is built without TLS.
  const { directory: programs, env } = await postgresPrograms();
  Object.assign(process.env, env, { HAILGRID_POSTGRES_BIN: programs });
  authority = await TestAuthority.create(directory.path, 'ca');
  stranger = await TestAuthority.create(directory.path, 'stranger');
  const files = await authority.issue('server', ['127.0.0.1']);
  postgres = await startPostgres({ directory: directory.path, tls: { caFile: authority.caFile, ...files } });
  urls = postgres.urls('postgres');
}, 300_000);
afterAll(async () => {
  await postgres?.stop();
  directory.remove();
});

/** The same servers with other parameters. */
function urlsWith(parameters: string, host = '127.0.0.1'): string[] {
  return urls.map((url) => url.replace(/\?.*/, parameters).replace('127.0.0.1', host));
}

test('verify-full encrypts the pool, the search for the primary, the watch and the reads of standbys', async () => {
  const watch = new ClusterWatch(urls, 'encrypted-watch');
  const settings = { urls, maxConnections: 2, applicationName: 'encrypted', watch };
  const database = new Database(settings);
  const reads = new StandbyReads({
    watch,
    primary: new Database(settings),
    maxConnectionsPerHost: 1,
    applicationName: 'encrypted-reads',
    onRead: () => undefined,
  });
  expect(await database.rows(ENCRYPTED)).toEqual([{ encrypted: true, standby: false }]);
  await vi.waitFor(() => expect(watch.standbys()).toHaveLength(1), WAIT);
  expect(await reads.mayLag.rows(ENCRYPTED)).toEqual([{ encrypted: true, standby: true }]);
  await Promise.all([database.close(), reads.close()]);
});

test('the standbys replicate over TLS', async () => {
  const rows = await query(
    postgres.primaryUrl,
    `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_replication USING (pid)`,
  );
  expect(rows).toEqual([{ ssl: true }]);
});

test('the tools of an operator find the primary over TLS', async () => {
  expect(await findPrimaryForTool(urls)).toBe(urls[0]);
});

test.for<[what: string, () => string[], reason: RegExp]>([
  ['another authority', () => urlsWith(`?sslmode=verify-full&sslrootcert=${stranger.caFile}`), /certificate/],
  ['no authority', () => urlsWith('?sslmode=verify-full'), /certificate/],
  [
    'a host that the certificate does not name',
    () => urlsWith(`?sslmode=verify-full&sslrootcert=${authority.caFile}`, 'localhost'),
    /does not match certificate/,
  ],
  ['require, which node-postgres takes for verify-full', () => urlsWith('?sslmode=require'), /certificate/],
  ['no TLS', () => urlsWith('?sslmode=disable'), /no encryption/],
  [
    'a file that is not there',
    () => urlsWith('?sslmode=verify-full&sslrootcert=/nothing.pem'),
    /nothing\.pem/,
  ],
])('%s is refused with the reason and the host, without the password', async ([, wrong, reason]) => {
  const search = findPrimary(wrong());
  await expect(search).rejects.toThrow(reason);
  await expect(search).rejects.toThrow(new URL(wrong()[0]!).host);
  await expect(search).rejects.not.toThrow(new URL(urls[0]!).password);
});
