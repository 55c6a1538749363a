import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId, uuidOf, type TripId } from '#libs/contracts';
import { query, withClient } from '../../ops/postgres/query.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { Database, EVENT_STREAM_LOCK, measureOutbox, readOutbox, takeDueOutbox } from './index.ts';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const LEASE_MS = 5_000;
let testBase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testBase = await testDatabase();
  database = new Database({ urls: testBase.urls, maxConnections: 2, applicationName: 'outbox-test' });
});
afterAll(async () => {
  await database.close();
  await testBase.drop();
});
beforeEach(() => query(testBase.url, 'TRUNCATE outbox'));

async function wait(tripId: TripId, seq: number, dueAtMs: number): Promise<void> {
  const dueAt = new Date(dueAtMs).toISOString();
  await query(testBase.url, `INSERT INTO outbox VALUES ('${uuidOf('trip', tripId)}', ${seq}, '${dueAt}')`);
}

async function take(atMs: number, maxTrips = 10): Promise<[TripId, number][]> {
  const entries = await takeDueOutbox(database, atMs, atMs + LEASE_MS, maxTrips);
  return entries.map(({ tripId, seq }) => [tripId, seq]);
}

test('a relay takes all entries of a trip in order, and no other takes one until the lease ends', async () => {
  const [one, other] = [newId('trip'), newId('trip')];
  await wait(one, 2, NOW_MS - 3);
  await wait(other, 1, NOW_MS - 2);
  await wait(one, 3, NOW_MS - 1);
  await wait(one, 4, NOW_MS + 1_000);
  expect(await take(NOW_MS, 1)).toEqual([
    [one, 2],
    [one, 3],
    [one, 4],
  ]);
  expect(await take(NOW_MS)).toEqual([[other, 1]]);
  expect(await take(NOW_MS + LEASE_MS - 1)).toEqual([]);
  expect(await take(NOW_MS + LEASE_MS)).toHaveLength(4);
});

test('a later event is not taken while an earlier one is left to its committer, or is being taken', async () => {
  const tripId = newId('trip');
  await wait(tripId, 1, NOW_MS + 1_000);
  await wait(tripId, 2, NOW_MS - 1_000);
  expect(await take(NOW_MS)).toEqual([]);
  await withClient(testBase.url, async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT FROM outbox WHERE seq = 1 FOR UPDATE');
    expect(await take(NOW_MS + 2_000)).toEqual([]);
    await client.query('ROLLBACK');
  });
  expect(await take(NOW_MS + 2_000)).toHaveLength(2);
});

test('no entry is given out while the stream is locked, and all are afterwards', async () => {
  const tripId = newId('trip');
  await wait(tripId, 1, NOW_MS);
  await withClient(testBase.url, async (client) => {
    await client.query(`SELECT pg_advisory_lock(${EVENT_STREAM_LOCK})`);
    expect(await take(NOW_MS)).toEqual([]);
    expect(await readOutbox(database, [tripId])).toBeUndefined();
  });
  await expect.poll(() => readOutbox(database, [tripId])).toEqual(new Map([[tripId, [1]]]));
  expect(await readOutbox(database, [newId('trip')])).toEqual(new Map());
  expect(await take(NOW_MS)).toEqual([[tripId, 1]]);
});

test('the entries are counted up to a bound', async () => {
  expect(await measureOutbox(database, 10)).toEqual({ entries: 0, oldestAtMs: null });
  for (let seq = 1; seq <= 4; seq += 1) await wait(newId('trip'), seq, NOW_MS);
  expect((await measureOutbox(database, 10)).entries).toBe(4);
  expect((await measureOutbox(database, 3)).entries).toBe(3);
});

test('the age of the oldest entry is that of its event, however often it was postponed', async () => {
  const [older, newer] = [newId('trip'), newId('trip')];
  for (const [tripId, atMs, dueAtMs] of [
    [older, NOW_MS - 60_000, NOW_MS + 5_000],
    [newer, NOW_MS - 1_000, NOW_MS],
  ] as const) {
    await query(
      testBase.url,
      `INSERT INTO trip_event (trip_id, seq, type, at, event)
       VALUES ('${uuidOf('trip', tripId)}', 1, 'requested', '${new Date(atMs).toISOString()}', '{}')`,
    );
    await wait(tripId, 1, dueAtMs);
  }
  expect(await measureOutbox(database, 10)).toEqual({ entries: 2, oldestAtMs: NOW_MS - 60_000 });
});
