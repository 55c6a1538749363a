import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { commaList, readConfig, rereadSecret, secret } from '#libs/service';
import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { testDatabase, type TestDatabase } from '../../../dev/test-world/index.ts';
import { query } from '../../../ops/postgres/query.ts';
import { ClusterWatch } from './cluster-watch.ts';
import { Database } from './database.ts';
import { ReaderPool } from './reader-pool.ts';
import { urlNowFrom } from './url-now.ts';

const ROLE = 'renewed_password_test';
const WAIT = { timeout: 10_000, interval: 20 };
const WHO = { name: 'who', text: 'SELECT current_user AS who', values: [] };

const directory = temporaryDirectory('renewed-password-test');
const file = join(directory.path, 'urls');
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await query(database.url, `CREATE ROLE ${ROLE} LOGIN PASSWORD 'first'`);
  await query(database.url, `GRANT pg_monitor TO ${ROLE}`);
});
afterAll(async () => {
  await query(database.url, `DROP ROLE IF EXISTS ${ROLE}`);
  await database.drop();
  directory.remove();
});

function writePassword(password: string): void {
  const urls = [database.url, ...database.urls.slice(1)];
  writeFileSync(file, urls.map((url) => url.replace(/\/\/.*@/, `//${ROLE}:${password}@`)).join(','));
}

test('a password that changes while the process runs is read from its file for new connections', async () => {
  writePassword('first');
  const schema = z.object({ postgresUrls: secret(commaList) });
  const config = readConfig(schema, { HAILGRID_POSTGRES_URLS_FILE: file });
  const urls = config.postgresUrls;
  const urlNow = urlNowFrom(rereadSecret(config, 'postgresUrls'));
  const store = new Database({ urls, maxConnections: 1, applicationName: ROLE, urlNow });
  const reader = new ReaderPool({ url: urls[1]!, maxConnections: 1, applicationName: ROLE, urlNow });
  expect(await store.rows(WHO)).toEqual([{ who: ROLE }]);
  // The standby hears of the role and its password a moment later.
  await vi.waitFor(async () => expect(await reader.rows(WHO)).toEqual([{ who: ROLE }]), WAIT);

  await query(database.url, `ALTER ROLE ${ROLE} PASSWORD 'second'`);
  for (const url of [database.url, ...database.urls.slice(1)])
    await query(
      urlAsSuperuser(url),
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${ROLE}'`,
    );
  await expect(store.rows(WHO)).rejects.toThrow('no Postgres primary');
  await expect(reader.rows(WHO)).rejects.toThrow('password authentication failed');

  writePassword('second');
  expect(await store.rows(WHO)).toEqual([{ who: ROLE }]);
  // The standby hears of the role and its password a moment later.
  await vi.waitFor(async () => expect(await reader.rows(WHO)).toEqual([{ who: ROLE }]), WAIT);
  const watch = new ClusterWatch(urls, ROLE, urlNow);
  await vi.waitFor(() => expect(watch.primary()?.url).toBe(urls[0]), WAIT);
  await Promise.all([store.close(), reader.close(), watch.close()]);
});

/** The superuser, on the server of this URL. */
function urlAsSuperuser(url: string): string {
  const superuser = new URL(database.url);
  superuser.host = new URL(url).host;
  return superuser.href;
}
