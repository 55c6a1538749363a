import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { createDatabase, dropDatabase } from './database.ts';
import { query } from '../../ops/postgres/query.ts';
import { startPostgres, type Postgres } from './start-postgres.ts';

const WAIT = { timeout: 10_000, interval: 20 };
/** Sessions whose commit waits for a standby. */
const WAITING = "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

const directory = temporaryDirectory('postgres-test');
let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres({ directory: directory.path });
}, 60_000);

afterAll(async () => {
  await postgres.stop();
  directory.remove();
});

test('a commit waits for the standby, and completes when it is back', async () => {
  await createDatabase(postgres.primaryUrl, 'durable');
  const [primary, standby] = postgres.urls('durable');
  await query(primary!, 'CREATE TABLE fact (id int)');

  const standbyNode = postgres.nodes[1]!;
  await standbyNode.server.kill();
  const commit = query(primary!, 'INSERT INTO fact VALUES (1)');
  await vi.waitFor(async () => expect(await query(primary!, WAITING)).toEqual([{ waiting: 1 }]), WAIT);
  await standbyNode.restart();
  await commit;
  expect(await query(standby!, 'SELECT id FROM fact')).toEqual([{ id: 1 }]);
});

test('the standby refuses writes', async () => {
  const [, standby] = postgres.urls('postgres');
  expect(await query(standby!, 'SELECT pg_is_in_recovery() AS standby')).toEqual([{ standby: true }]);
  await expect(query(standby!, 'CREATE TABLE no (id int)')).rejects.toMatchObject({ code: '25006' });
});

test('a database created from a template has the tables of the template', async () => {
  await createDatabase(postgres.primaryUrl, 'pattern');
  await query(postgres.urls('pattern')[0]!, 'CREATE TABLE kept (id int)');
  await createDatabase(postgres.primaryUrl, 'copy', 'pattern');
  expect(await query(postgres.urls('copy')[0]!, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
  await dropDatabase(postgres.primaryUrl, 'copy');
  await expect(query(postgres.urls('copy')[0]!, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
});

test('a wrong password is refused', async () => {
  const url = new URL(postgres.primaryUrl);
  url.password = 'guess';
  await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
});
