import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '#libs/contracts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { query, withClient } from '../../ops/postgres/query.ts';
import { Database, findDrivers, type FoundDriver } from './index.ts';

const NO_FILTER = { status: undefined, product: undefined, silentSinceMs: undefined };
const DRIVERS = 30_000;
let testBase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testBase = await testDatabase();
  database = new Database({ urls: testBase.urls, maxConnections: 1, applicationName: 'find-drivers-test' });
  // Every thousandth is offline.
  await query(
    testBase.url,
    `INSERT INTO driver (driver_id, session, online, product, vehicle, version, changed_at)
     SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1, n % 1000 <> 0, CASE n % 2 WHEN 0 THEN 'standard' ELSE 'xl' END,
       '{"plate":"A","make":"B","model":"C","color":"D"}', 1, now() FROM generate_series(1, ${DRIVERS}) AS n`,
  );
  await query(testBase.url, 'ANALYZE driver');
});
afterAll(async () => {
  await database.close();
  await testBase.drop();
});

test('a rare status is found page by page, and each page looks at a bounded number of drivers', async () => {
  const found: FoundDriver[] = [];
  let [after, pages]: [FoundDriver['driver']['driverId'] | undefined, number] = [undefined, 0];
  do {
    const page = await findDrivers(database, { ...NO_FILTER, status: 'offline' }, after, 50);
    found.push(...page.drivers);
    [after, pages] = [page.after ?? undefined, pages + 1];
  } while (after !== undefined);
  expect([found.length, new Set(found.map(({ driver }) => driver.driverId)).size]).toEqual([30, 30]);
  expect(found.every(({ standing, heardAtMs }) => standing.status === 'offline' && heardAtMs === null)).toBe(
    true,
  );
  expect(pages).toBeGreaterThanOrEqual(3);
});

test('a page is full where drivers match, and the next one begins behind it', async () => {
  const first = await findDrivers(database, { ...NO_FILTER, product: 'xl', status: 'free' }, undefined, 3);
  const second = await findDrivers(database, { ...NO_FILTER, product: 'xl' }, first.after ?? undefined, 3);
  const ids = [...first.drivers, ...second.drivers].map(({ driver }) => driver.driverId);
  expect([new Set(ids).size, ids]).toEqual([6, ids.toSorted()]);
});

test('one driver is found by its id, and none by an id that nobody has', async () => {
  const [one] = (await findDrivers(database, NO_FILTER, undefined, 1)).drivers;
  const driverId = one!.driver.driverId;
  const found = await findDrivers(database, { ...NO_FILTER, driverId }, undefined, 50);
  expect(found).toEqual({ drivers: [one], after: null });
  const nobody = await findDrivers(database, { ...NO_FILTER, driverId: newId('driver') }, undefined, 50);
  expect(nobody).toEqual({ drivers: [], after: null });
});

test('a page reads the drivers by their key, not all of them', async () => {
  const sent: { text: string; values: readonly unknown[] }[] = [];
  const recorder = {
    rows: (statement: (typeof sent)[number]) => (sent.push(statement), Promise.resolve([])),
  };
  await findDrivers(recorder as never, NO_FILTER, undefined, 50);
  const literals = sent[0]!.values
    .map((value) => (value === null ? 'NULL' : `'${value as string | number}'`))
    .join();
  const text = await withClient(testBase.url, async (client) => {
    await client.query('SET plan_cache_mode = force_generic_plan');
    await client.query(`PREPARE asked AS ${sent[0]!.text}`);
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN EXECUTE asked (${literals})`);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(text).toContain('driver_pkey');
  expect(text).not.toContain('Seq Scan on driver ');
});
