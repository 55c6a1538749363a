import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Client } from 'pg';
import { newId, newIdAt, uuidOf } from '#libs/contracts';
import { Database } from '#libs/store';
import { auditTrips } from '../audit/audit-trips.ts';
import { query, withClient } from '../postgres/query.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { detachPartitions, dropDetached, type DetachReport } from './detach-partitions.ts';

const DAY_MS = 24 * 3_600_000;
/** The migrations bound the first partition of events a little after the present wall time. */
const START_MS = Date.now();
const ADVANCES = [0, 100, 200, 300, 400];
const NOW_MS = START_MS + 400 * DAY_MS;
const CHECK = readFileSync('migrations/checks/0008_events_4_partition_job.sql', 'utf8');

let database: TestDatabase;

beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

const make = (atMs: number, width = '30 days', ahead = 2): Promise<unknown> =>
  query(
    database.url,
    `SELECT make_history_partitions('${new Date(atMs).toISOString()}', '${width}', ${ahead})`,
  );

/** A trip of that time with one event, in the history or under way. */
async function trip(atMs: number, table = 'trip_history'): Promise<void> {
  const at = new Date(atMs).toISOString();
  const [id, rider, quote] = [
    uuidOf('trip', newIdAt('trip', atMs)),
    uuidOf('rider', newId('rider')),
    uuidOf('quote', newId('quote')),
  ];
  const [state, end] = table === 'trip' ? ['processing', 'NULL'] : ['rider_canceled', `'${at}'`];
  await query(
    database.url,
    `INSERT INTO ${table} (trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat,
       dropoff_lng, pickup_cell, fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, ended_at)
     VALUES ('${id}', '${rider}', '${quote}', 'standard', '${state}', 1, 0, 0, 0, 0, 0, 1, 'EUR', 1, 1, '${at}', '${at}', ${end});
     INSERT INTO trip_event (trip_id, seq, type, at, event) VALUES ('${id}', 1, 'requested', '${at}', '{}')`,
  );
}

/** Plays 400 days: creates the partitions of each stretch, and a trip every ten days. */
async function liveThrough(): Promise<void> {
  for (const days of ADVANCES) {
    await make(START_MS + days * DAY_MS);
    for (const day of days < 400 ? [0, 10, 20, 30, 40, 50, 60, 70, 80, 90] : [])
      await trip(START_MS + (days + day) * DAY_MS);
  }
}

const detach = (keepFromMs: number): Promise<DetachReport> =>
  withClient(database.url, (client) => detachPartitions(client, keepFromMs, NOW_MS));

const gaps = (): Promise<unknown[]> => query(database.url, CHECK);

async function count(from: string): Promise<number> {
  const [row] = await query<{ n: number }>(database.url, `SELECT count(*)::int AS n FROM ${from}`);
  return row!.n;
}

/** Rows of trips and of events in detached tables. */
async function archived(): Promise<[number, number]> {
  const tables = await query<{ name: string }>(
    database.url,
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'archive'::regnamespace`,
  );
  const rows = { trip_history: 0, trip_event: 0 };
  for (const { name } of tables)
    rows[name.startsWith('trip_event') ? 'trip_event' : 'trip_history'] += await count(`archive.${name}`);
  return [rows.trip_history, rows.trip_event];
}

async function audit(): Promise<{ trips: number; events: number; findings: unknown[] }> {
  const pool = new Database({ urls: database.urls, maxConnections: 2, applicationName: 'partitions-test' });
  try {
    return await auditTrips(pool);
  } finally {
    await pool.close();
  }
}

test('older partitions of trips and events are detached, nothing is lost, and every id has a partition', async () => {
  await liveThrough();
  expect(await gaps()).toEqual([]);
  const report = await detach(START_MS + 250 * DAY_MS);
  expect(report.detached).toEqual(expect.arrayContaining(['trip_history_first', 'trip_event_first']));
  expect(report.held_until).toBeNull();
  const [trips, events] = await archived();
  expect(trips).toBeGreaterThanOrEqual(20);
  expect(events).toBe(trips);
  expect(await count('trip_history')).toBe(40 - trips);
  expect(await count('trip_event')).toBe(40 - events);
  expect(await audit()).toMatchObject({ trips: 40 - trips, events: 40 - events, findings: [] });
  expect(await gaps()).toEqual([]);

  // Trips of clocks that are wrong by years.
  await trip(Date.parse('1999-01-01Z'));
  await trip(START_MS + 2_000 * DAY_MS);
  expect(await detach(START_MS + 250 * DAY_MS)).toMatchObject({ detached: [] });
  await detach(START_MS + 300 * DAY_MS);
  await make(NOW_MS, '366 days', 6);
  expect(await gaps()).toEqual([]);
  expect(await audit()).toMatchObject({ findings: [] });
  expect((await count('trip_event')) + (await archived())[1]).toBe(42);
  expect(await count('trip_event_before')).toBe(1);
  expect(await count('trip_event_ahead')).toBe(0);
});

test('partitions from the oldest trip under way on are not detached', async () => {
  await liveThrough();
  await trip(START_MS + 130 * DAY_MS, 'trip');
  const { held_until: heldUntil } = await detach(START_MS + 250 * DAY_MS);
  expect(Date.parse(heldUntil!)).toBeGreaterThan(START_MS + 130 * DAY_MS);
  const oldest = await query<{ at: Date }>(database.url, 'SELECT min(requested_at) AS at FROM any_trip');
  expect(oldest[0]!.at.getTime()).toBeLessThanOrEqual(START_MS + 130 * DAY_MS);
  expect(await audit()).toMatchObject({ findings: [] });
});

test('the next run finishes one that was killed half-way, and no writer waits', async () => {
  await liveThrough();
  await withClient(database.url, async (reader) => {
    // The detach waits for this reader.
    await reader.query('BEGIN; SELECT FROM trip_history');
    const job = new Client(database.url);
    job.on('error', () => undefined);
    await job.connect();
    const pid = (await job.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
    const outcome = detachPartitions(job, START_MS + 250 * DAY_MS, NOW_MS).then(
      () => 'done',
      () => 'interrupted',
    );
    await expect.poll(() => count('pg_inherits WHERE inhdetachpending')).toBe(1);
    await withClient(database.url, async (writer) => {
      await writer.query(`SET lock_timeout = '100ms'`);
      await writer.query(
        `INSERT INTO trip_event (trip_id, seq, type, at, event) SELECT trip_id, 2, 'x', requested_at, '{}' FROM trip_history`,
      );
    });
    await query(database.url, `SELECT pg_terminate_backend(${pid}, 5000)`);
    expect(await outcome).toBe('interrupted');
    await job.end().catch(() => undefined);
    await reader.query('COMMIT');
  });
  const { detached } = await detach(START_MS + 250 * DAY_MS);
  expect(detached).toContain('trip_history_first');
  expect(await gaps()).toEqual([]);
  const [trips] = await archived();
  expect(trips + (await count('trip_history'))).toBe(40);
  expect(await audit()).toMatchObject({ trips: 40 - trips });
});

test('tables that were detached long enough ago are dropped', async () => {
  await liveThrough();
  await detach(START_MS + 250 * DAY_MS);
  const drop = (byMs: number) => withClient(database.url, (client) => dropDetached(client, byMs));
  expect(await drop(NOW_MS - 1)).toEqual([]);
  expect(await archived()).not.toEqual([0, 0]);
  expect((await drop(NOW_MS)).length).toBeGreaterThan(1);
  expect(await archived()).toEqual([0, 0]);
});
