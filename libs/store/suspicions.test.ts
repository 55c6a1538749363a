import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId, uuidOf, type DriverId } from '#libs/contracts';
import { query } from '../../ops/postgres/query.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import {
  addSuspicions,
  Database,
  numberAttention,
  purgeSuspicions,
  readAttention,
  readSuspicions,
} from './index.ts';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const POINT = { lat: 38.7, lng: -9.1 };
let testBase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testBase = await testDatabase();
  database = new Database({ urls: testBase.urls, maxConnections: 1, applicationName: 'suspicions-test' });
});
afterAll(async () => {
  await database.close();
  await testBase.drop();
});

async function driver(): Promise<DriverId> {
  const driverId = newId('driver');
  await query(
    testBase.url,
    `INSERT INTO driver (driver_id, session, online, product, vehicle, version, changed_at)
     VALUES ('${uuidOf('driver', driverId)}', 1, true, 'standard', '{}', 1, now())`,
  );
  return driverId;
}

function report(driverId: DriverId, score: number, mocked: number, atMs = NOW_MS): Promise<void> {
  const reasons = { impossible_track: 1, mocked_position: mocked };
  return addSuspicions(database, [{ driver_id: driverId, score, reasons, point: POINT }], atMs);
}

test('a flood of reports about a driver is one row and one entry of the feed in ten minutes', async () => {
  const suspect = await driver();
  for (let count = 0; count < 5; count++) await report(suspect, 0.3 + count / 10, 500_000, NOW_MS + count);
  await report(suspect, 0.5, 1, NOW_MS + 5);
  await report(newId('driver'), 1, 1);
  const reasons = { impossible_track: 6, mocked_position: 1_000_000 };
  const kept = { driver_id: suspect, at: '2026-03-01T12:00:00.005Z', score: 0.7, reasons, point: POINT };
  expect(await readSuspicions(database, undefined, 10)).toEqual([kept]);
  await report(suspect, 0.4, 1, NOW_MS + 600_000);
  expect(await readSuspicions(database, suspect, 10)).toHaveLength(2);
  expect(await readSuspicions(database, await driver(), 10)).toEqual([]);

  await database.transact((transaction) => numberAttention(transaction, 10));
  expect(await readAttention(database, 0, 10)).toMatchObject([
    { kind: 'suspicion', driver_id: suspect, trip_id: null, data: { score: 0.3 } },
    { kind: 'suspicion', driver_id: suspect, data: { score: 0.4 } },
  ]);
  expect(await purgeSuspicions(database, NOW_MS, 10)).toBe(1);
  expect(await readSuspicions(database, suspect, 10)).toHaveLength(1);
});
