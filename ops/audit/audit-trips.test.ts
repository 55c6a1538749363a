import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId, toTimestamp, uuidOf, type TripId } from '#libs/contracts';
import { Database, insertQuote, openSession, TripStore } from '#libs/store';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { query, withClient } from '../postgres/query.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { auditTrips, isSound, type AuditReport } from './audit-trips.ts';

/** Times with fractions of a millisecond, as faster clocks have them, and places with all digits. */
const NOW_MS = Date.parse('2026-03-01T12:00:00Z') + 0.25;
const PLACE = { lat: 38.71 + 1 / 3, lng: -9.14 };
let testBase: TestDatabase;
let database: Database;
let store: TripStore;

beforeAll(async () => {
  testBase = await testDatabase();
  database = new Database({ urls: testBase.urls, maxConnections: 2, applicationName: 'audit-test' });
  store = new TripStore(database, { now: () => NOW_MS, outboxGraceMs: 2_000 });
});
afterAll(async () => {
  await database.close();
  await testBase.drop();
});
beforeEach(async () => {
  await query(
    testBase.url,
    'SET session_replication_role = replica; TRUNCATE trip, trip_slot, trip_history, trip_event, driver_claim, outbox',
  );
});

/** A trip that was requested, offered, declined and canceled: four events. */
async function canceledTrip(): Promise<TripId> {
  const [riderId, quoteId, driverId] = [newId('rider'), newId('quote'), newId('driver')];
  const tripId = newId('trip');
  const ride = { product: 'standard' as const, pickup: PLACE, dropoff: { lat: 38.72, lng: -9.13 } };
  await insertQuote(store, {
    ...ride,
    quote_id: quoteId,
    rider_id: riderId,
    pickup_cell: '89393362b83ffff',
    fare: { amount_minor: 700, currency: 'EUR' },
    distance_m: 2_000.5,
    trip_s: 400,
    pickup_eta_s: null,
    created_at: toTimestamp(NOW_MS),
    expires_at: toTimestamp(NOW_MS + 60_000),
  });
  const vehicle = { plate: 'AA-01-BB', make: 'Škoda', model: '🚗', color: 'white' };
  await store.transact(async (transaction) => {
    await openSession(transaction, { driverId, product: 'standard', vehicle, atMs: NOW_MS });
    const trip = await transaction.create({
      ...ride,
      tripId,
      riderId,
      quoteId,
      pickupCell: '89393362b83ffff',
      fareAmountMinor: 700,
      fareCurrency: 'EUR',
      distanceM: 2_000.5,
      tripS: 400,
      requestedAtMs: NOW_MS,
      searchDeadlineAtMs: NOW_MS + 300_000,
    });
    await transaction.lockDriver(driverId);
    const offer = {
      offerId: newId('offer'),
      driverId,
      expiresAtMs: NOW_MS,
      pickupEtaS: 60,
      pickupDistanceM: 0.1,
    };
    const taken = await transaction.takeClaims([{ ...offer, tripId, afterRide: false }]);
    const event = { type: 'offer_made' as const, atMs: NOW_MS, offer };
    const authority = { shard: '86393362fffffff', epoch: 3 };
    const offered = { ...trip, seq: 2, offer };
    await transaction.write([{ event, trip: offered, drivers: [...taken.values()], authority }]);
    await transaction.change(tripId, ({ offer: open }) => ({
      type: 'decline',
      pauseMs: null,
      offerId: open!.offerId,
      driverId,
    }));
    await transaction.change(tripId, () => ({ type: 'rider_cancel', reason: 'plans “changed”' }));
  });
  return tripId;
}

/** Changes events as a superuser can, with the append-only trigger off. */
async function tamper(...statements: string[]): Promise<void> {
  await withClient(testBase.url, async (client) => {
    await client.query(
      `BEGIN; SET LOCAL session_replication_role = replica; ${statements.join(';')}; COMMIT`,
    );
  });
}

const found = async (): Promise<[string, number][]> =>
  (await auditTrips(database)).findings.map(({ fault, seq }) => [fault, seq]);

test('unchanged events have no fault', async () => {
  await Promise.all([canceledTrip(), canceledTrip(), canceledTrip()]);
  expect(await auditTrips(database)).toEqual({
    trips: 3,
    events: 12,
    unchained_events: 0,
    faults: { changed: 0, missing: 0, reordered: 0, truncated: 0, added: 0 },
    findings: [],
    slots: { missing: 0, orphaned: 0, trip_ids: [] },
    acts: {
      rows: 0,
      faults: { changed: 0, missing: 0, truncated: 0, added: 0 },
      findings: [],
      head: { number: 0, hash: null },
    },
  });
});

const TAMPERINGS: [string, (id: string) => string[], [string, number][]][] = [
  [
    'a changed reason',
    (id) => [`UPDATE trip_event SET event = event || '{"reason":"x"}' WHERE ${id} AND seq = 4`],
    [['changed', 4]],
  ],
  [
    'a changed time',
    (id) => [`UPDATE trip_event SET at = at + interval '1 ms' WHERE ${id} AND seq = 1`],
    [['changed', 1]],
  ],
  ['a changed epoch', (id) => [`UPDATE trip_event SET epoch = 4 WHERE ${id} AND seq = 2`], [['changed', 2]]],
  [
    'a changed driver',
    (id) => [`UPDATE trip_event SET driver_id = trip_id WHERE ${id} AND seq = 2`],
    [['changed', 2]],
  ],
  ['a missing event', (id) => [`DELETE FROM trip_event WHERE ${id} AND seq = 2`], [['missing', 2]]],
  [
    'two events exchanged',
    (id) => [
      `UPDATE trip_event SET seq = 9 WHERE ${id} AND seq = 2`,
      `UPDATE trip_event SET seq = 2 WHERE ${id} AND seq = 3`,
      `UPDATE trip_event SET seq = 3 WHERE ${id} AND seq = 9`,
    ],
    [
      ['reordered', 2],
      ['reordered', 3],
    ],
  ],
  ['an end cut off', (id) => [`DELETE FROM trip_event WHERE ${id} AND seq > 2`], [['truncated', 3]]],
  [
    'an end cut off, and the trip set back',
    (id) => [
      `DELETE FROM trip_event WHERE ${id} AND seq > 2`,
      `UPDATE trip SET seq = 2, state = 'processing', ended_at = NULL WHERE ${id}`,
    ],
    [['truncated', 3]],
  ],
  [
    'an added event',
    (id) => [
      `INSERT INTO trip_event (trip_id, seq, type, at, event, hash)
      SELECT trip_id, 5, type, at, event, hash FROM trip_event WHERE ${id} AND seq = 4`,
    ],
    [['added', 5]],
  ],
  [
    'events without their trip',
    (id) => [`DELETE FROM trip WHERE ${id}`],
    [1, 2, 3, 4].map((seq): [string, number] => ['added', seq]),
  ],
  [
    'a trip of the history without its end',
    (id) => [
      `INSERT INTO trip_history SELECT * FROM any_trip WHERE ${id}`,
      `DELETE FROM trip WHERE ${id}`,
      `DELETE FROM trip_event WHERE ${id} AND seq = 4`,
    ],
    [['truncated', 4]],
  ],
];

test.each(TAMPERINGS)('%s is found', async (_, statements, expected) => {
  await Promise.all([canceledTrip(), canceledTrip()]);
  const tripId = await canceledTrip();
  await tamper(...statements(`trip_id = '${uuidOf('trip', tripId)}'`));
  expect(await found()).toEqual(expected);
});

test('an open trip without a slot is found, and a slot without an open trip', async () => {
  const [open, ended] = [await canceledTrip(), await canceledTrip()];
  await tamper(
    `UPDATE trip SET state = 'processing', ended_at = NULL WHERE trip_id = '${uuidOf('trip', open)}'`,
    `INSERT INTO trip_slot VALUES (gen_random_uuid(), 0, '${uuidOf('trip', ended)}')`,
  );
  const report = await auditTrips(database);
  expect(report.slots).toEqual({ missing: 1, orphaned: 1, trip_ids: [open, ended].toSorted() });
  expect(isSound({ ...report, faults: { ...report.faults, truncated: 0 } })).toBe(false);
});

test('events from before the chain are counted, and the trip continues after them', async () => {
  const tripId = await canceledTrip();
  await tamper(
    `UPDATE trip_event SET hash = NULL`,
    `UPDATE trip SET event_hash = NULL, state = 'processing', ended_at = NULL WHERE trip_id = '${uuidOf('trip', tripId)}'`,
  );
  await store.transact((transaction) =>
    transaction.change(tripId, () => ({ type: 'rider_cancel', reason: null })),
  );
  expect(await auditTrips(database)).toMatchObject({
    trips: 1,
    events: 5,
    unchained_events: 4,
    findings: [],
  });
});

test('npm run audit reports by exit code and in JSON', async () => {
  const tripId = await canceledTrip();
  const directory = temporaryDirectory('audit');
  const json = join(directory.path, 'audit.json');
  const audit = (): Promise<unknown> =>
    promisify(execFile)(
      process.execPath,
      ['--conditions=source', 'ops/audit.ts', '--database', testBase.url, '--json', json],
      { cwd: CHECKOUT },
    );
  await audit();
  expect((JSON.parse(readFileSync(json, 'utf8')) as AuditReport).events).toBe(4);
  await tamper(`DELETE FROM trip_event WHERE seq = 3`);
  await expect(audit()).rejects.toMatchObject({ code: 1 });
  const { findings } = JSON.parse(readFileSync(json, 'utf8')) as AuditReport;
  expect(findings).toEqual([{ trip_id: tripId, fault: 'missing', seq: 3 }]);
  directory.remove();
});
