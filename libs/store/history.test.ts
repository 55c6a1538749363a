import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId, newIdAt, toTimestamp, uuidOf, type RiderId } from '#libs/contracts';
import type { Trip, TripRequest } from '#libs/trip';
import { query } from '../../ops/postgres/query.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import {
  Database,
  findTrips,
  insertQuote,
  listTripsOfRider,
  lockTrips,
  moveEndedTrips,
  purgeQuotes,
  readEvents,
  readTrip,
  TripStore,
} from './index.ts';

const MINUTE_MS = 60_000;
const BATCH = 100;
const CANCEL = { type: 'rider_cancel', reason: null } as const;
const RIDE = {
  product: 'standard',
  pickup: { lat: 38.71, lng: -9.14 },
  dropoff: { lat: 38.72, lng: -9.13 },
} as const;
const CELL = '89393362b83ffff';

let testBase: TestDatabase;
let database: Database;
let store: TripStore;
let nowMs = Date.parse('2026-03-01T12:00:00Z');

beforeAll(async () => {
  testBase = await testDatabase();
  database = new Database({ urls: testBase.urls, maxConnections: 8, applicationName: 'history-test' });
  store = new TripStore(database, { now: () => nowMs, outboxGraceMs: 2_000 });
});
afterAll(async () => {
  await database.close();
  await testBase.drop();
});

/** Stores a quote that holds for two minutes; returns the request for its trip. */
async function quoted(riderId: RiderId): Promise<TripRequest> {
  const quoteId = newIdAt('quote', nowMs);
  await insertQuote(store, {
    ...RIDE,
    quote_id: quoteId,
    rider_id: riderId,
    pickup_cell: CELL,
    fare: { amount_minor: 700, currency: 'EUR' },
    distance_m: 2_000,
    distance_source: 'road',
    trip_s: 400,
    street_s: 380,
    pickup_eta_s: null,
    created_at: toTimestamp(nowMs),
    expires_at: toTimestamp(nowMs + 2 * MINUTE_MS),
  });
  return {
    ...RIDE,
    tripId: newIdAt('trip', nowMs),
    riderId,
    quoteId,
    pickupCell: CELL,
    fareAmountMinor: 700,
    fareCurrency: 'EUR',
    distanceM: 2_000,
    distanceSource: 'road',
    tripS: 400,
    streetS: 380,
    requestedAtMs: nowMs,
    searchDeadlineAtMs: nowMs + 5 * MINUTE_MS,
  };
}

async function requestedTrip(riderId = newId('rider')): Promise<Trip> {
  const request = await quoted(riderId);
  return await store.transact((transaction) => transaction.create(request));
}

async function canceledTrip(riderId = newId('rider')): Promise<Trip> {
  const { tripId } = await requestedTrip(riderId);
  return (await store.transact((transaction) => transaction.change(tripId, () => CANCEL))).trip;
}

async function tablesOf(tripId: string): Promise<string[]> {
  const id = uuidOf('trip', tripId);
  const rows = await query<{ name: string }>(
    testBase.url,
    `SELECT 'trip' AS name FROM trip WHERE trip_id = '${id}' UNION ALL
     SELECT 'trip_history' FROM trip_history WHERE trip_id = '${id}'`,
  );
  return rows.map(({ name }) => name);
}

/** Moves as the sweep does, without a grace period. */
const moveNow = (): Promise<number> => moveEndedTrips(store, nowMs, BATCH);

test('an ended trip is moved once its quote has expired, and reads give the same as before', async () => {
  const riderId = newId('rider');
  const over = await canceledTrip(riderId);
  const open = await requestedTrip(riderId);
  const [events, list] = [
    await readEvents(store, over.tripId),
    await listTripsOfRider(store, riderId, undefined, 9),
  ];
  await moveNow();
  expect(await tablesOf(over.tripId)).toEqual(['trip']);
  nowMs += 2 * MINUTE_MS;
  expect(await moveNow()).toBe(1);
  expect(await tablesOf(over.tripId)).toEqual(['trip_history']);
  expect(await tablesOf(open.tripId)).toEqual(['trip']);
  expect(await readTrip(store, over.tripId)).toEqual(over);
  expect(await readEvents(store, over.tripId)).toEqual(events);
  expect(await listTripsOfRider(store, riderId, undefined, 9)).toEqual(list);
  expect(list).toHaveLength(2);
  expect(await moveNow()).toBe(0);
});

test('operators find trips under way and in the history, and a rare one by pages of bounded work', async () => {
  const riderId = newId('rider');
  const rare = await canceledTrip(riderId);
  nowMs += 2 * MINUTE_MS;
  await moveNow();
  const open: Trip[] = [];
  for (; open.length < 4; nowMs += 1) open.unshift(await requestedTrip());
  const all = { riderId: undefined, driverId: undefined, state: undefined, needsAttention: false };
  const { trips } = await findTrips(store, all, undefined, 5);
  expect(trips).toEqual([...open, rare]);
  expect(await findTrips(store, { ...all, riderId }, undefined, 5)).toEqual({ trips: [rare], after: null });
  expect((await findTrips(store, { ...all, state: 'processing' }, undefined, 4)).trips).toEqual(open);
  expect((await findTrips(store, { ...all, needsAttention: true }, undefined, 4)).trips).toEqual([]);
  const rarely = { ...all, state: 'rider_canceled' } as const;
  const first = await findTrips(store, rarely, undefined, 5, 3);
  expect(first).toEqual({ trips: [], after: open[2]?.tripId });
  const second = await findTrips(store, rarely, first.after ?? undefined, 1, 2);
  expect(second.trips).toEqual([rare]);
});

test('a repeated command finds a trip that has moved, and one that is being moved', async () => {
  const over = await canceledTrip();
  nowMs += 2 * MINUTE_MS;
  const again = () => store.transact((transaction) => transaction.change(over.tripId, () => CANCEL));
  let asked: ReturnType<typeof again> | undefined;
  await store.transact(async (mover) => {
    expect(await moveEndedTrips(mover, nowMs, BATCH)).toBe(1);
    // The repeated command's snapshot is older than the move that it waits for.
    asked = again();
    await expect.poll(() => waitingForLocks()).toBe(1);
  });
  expect(await asked).toMatchObject({ trip: over, decision: { outcome: 'unchanged' } });
  expect(await again()).toMatchObject({ trip: over, decision: { outcome: 'unchanged' } });
});

async function waitingForLocks(): Promise<number> {
  const rows = await query(
    testBase.url,
    `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  );
  return rows.length;
}

test('locked trips are skipped, and concurrent movers move each trip once', async () => {
  const trips = await Promise.all(Array.from({ length: 40 }, () => canceledTrip()));
  nowMs += 2 * MINUTE_MS;
  const [held] = trips;
  await store.transact(async (holder) => {
    await lockTrips(holder, [held!.tripId]);
    const moved = await Promise.all([1, 2, 3, 4].map(() => moveEndedTrips(store, nowMs, 15)));
    expect(moved.reduce((sum, count) => sum + count)).toBe(39);
  });
  expect(await tablesOf(held!.tripId)).toEqual(['trip']);
  expect(await moveNow()).toBe(1);
});

test('a quote makes one trip only, also after that trip has moved', async () => {
  const request = await quoted(newId('rider'));
  const create = () =>
    store.transact((transaction) => transaction.create({ ...request, tripId: newIdAt('trip', nowMs) }));
  const result = await create();
  await store.transact((transaction) => transaction.change(result.tripId, () => CANCEL));
  // The trip ended before any grace period, but the quote could still be used.
  await moveEndedTrips(store, nowMs + MINUTE_MS, BATCH);
  await expect(create()).rejects.toMatchObject({ code: 'quote_used' });
});

test('quotes are deleted some time after they expired, their trips are not', async () => {
  const trip = await requestedTrip();
  const left = async () =>
    (await query(testBase.url, `SELECT FROM quote WHERE quote_id = '${uuidOf('quote', trip.quoteId)}'`))
      .length;
  await purgeQuotes(store, nowMs + MINUTE_MS, BATCH);
  expect(await left()).toBe(1);
  nowMs += 3 * MINUTE_MS;
  expect(await purgeQuotes(store, nowMs, BATCH)).toBeGreaterThan(0);
  expect(await left()).toBe(0);
  expect(await readTrip(store, trip.tripId)).toEqual(trip);
});

test('a rider sees all trips newest first, page by page, in both tables', async () => {
  const riderId = newId('rider');
  const trips: Trip[] = [];
  for (let count = 0; count < 7; count += 1) {
    trips.unshift(await canceledTrip(riderId));
    nowMs += MINUTE_MS;
    if (count % 3 === 2) await moveEndedTrips(store, nowMs, BATCH);
  }
  const seen: Trip[] = [];
  for (let page = await listTripsOfRider(store, riderId, undefined, 3); page.length > 0;) {
    seen.push(...page);
    page = await listTripsOfRider(store, riderId, page.at(-1)!.tripId, 3);
  }
  expect(seen).toEqual(trips);
});
