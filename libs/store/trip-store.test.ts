import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId, toTimestamp, tripId, type DriverId, type RiderId, type TripId } from '#libs/contracts';
import type { ShardCommand } from '#libs/ownership';
import { decide, evolve, type Trip, type TripCommand, type TripRequest } from '#libs/trip';
import { query } from '../../ops/postgres/query.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import {
  claimShards,
  Database,
  insertQuote,
  lockShardEpochs,
  openSession,
  readClaims,
  readEvents,
  readTrip,
  TripStore,
} from './index.ts';

const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };
const PICKUP_CELL = '89393362b83ffff';
const SHARD = '86393362fffffff';

let testBase: TestDatabase;
let database: Database;
let store: TripStore;
let nowMs = Date.parse('2026-03-01T12:00:00Z');

beforeAll(async () => {
  testBase = await testDatabase();
  // The standby comes first: the pool has to find the writable server.
  database = new Database({
    urls: testBase.urls.toReversed(),
    maxConnections: 20,
    applicationName: 'trip-store-test',
  });
  store = new TripStore(database, { now: () => nowMs, outboxGraceMs: 2_000 });
});

afterAll(async () => {
  await database.close();
  await testBase.drop();
});

async function quotedRequest(riderId: RiderId = newId('rider')): Promise<TripRequest> {
  const quoteId = newId('quote');
  const pickup = { lat: 38.71, lng: -9.14 };
  const dropoff = { lat: 38.72, lng: -9.13 };
  await insertQuote(store, {
    quote_id: quoteId,
    rider_id: riderId,
    product: 'standard',
    pickup,
    dropoff,
    pickup_cell: PICKUP_CELL,
    fare: { amount_minor: 700, currency: 'EUR' },
    distance_m: 2_000,
    trip_s: 400,
    pickup_eta_s: null,
    created_at: toTimestamp(nowMs),
    expires_at: toTimestamp(nowMs + 60_000),
  });
  return {
    tripId: newId('trip'),
    riderId,
    quoteId,
    product: 'standard',
    pickup,
    dropoff,
    pickupCell: PICKUP_CELL,
    fareAmountMinor: 700,
    fareCurrency: 'EUR',
    distanceM: 2_000,
    tripS: 400,
    requestedAtMs: nowMs,
    searchDeadlineAtMs: nowMs + 300_000,
  };
}

async function requestTrip(): Promise<Trip> {
  const request = await quotedRequest();
  return await store.transact((transaction) => transaction.create(request));
}

async function onlineDriver(): Promise<DriverId> {
  const driverId = newId('driver');
  await store.transact((transaction) =>
    openSession(transaction, { driverId, product: 'standard', vehicle: VEHICLE, atMs: nowMs }),
  );
  return driverId;
}

/** Offers the trip to the driver as `trips` does: locks, claim, event. False if the claim was taken. */
async function offer(
  tripId: string,
  driverId: DriverId,
  { afterRide = false, replacing }: { afterRide?: boolean; replacing?: DriverId } = {},
): Promise<boolean> {
  const result = await store.transact(async (transaction) => {
    const trip = (await readTrip(transaction, tripId))!;
    await transaction.lockDriver(driverId);
    const proposed = {
      offerId: newId('offer'),
      driverId,
      expiresAtMs: nowMs + 15_000,
      pickupEtaS: 60,
      pickupDistanceM: 300,
      ...(replacing !== undefined && { replacesDriverId: replacing }),
    };
    const decision = decide(trip, { type: 'offer', offer: proposed }, nowMs);
    const taken = await transaction.takeClaims([{ ...proposed, tripId, afterRide }]);
    const standing = taken.get(driverId);
    if (standing === undefined || decision.outcome !== 'changed') return false;
    const [event] = decision.events;
    await transaction.write([
      { event: event!, trip: evolve(trip, event!), drivers: [standing], authority: null },
    ]);
    return true;
  });
  return result;
}

describe('a trip in Postgres', () => {
  test('is read as it was written, and replaying its events gives the same trip', async () => {
    const created = await requestTrip();
    const driverId = await onlineDriver();
    await offer(created.tripId, driverId);
    const offered = await readTrip(store, created.tripId);
    const { offerId } = offered!.offer!;
    const result = await store.transact((transaction) =>
      transaction.change(created.tripId, () => ({ type: 'accept', offerId, driverId, vehicle: VEHICLE })),
    );
    const events = await readEvents(store, created.tripId);
    expect(await readTrip(store, created.tripId)).toEqual(result.trip);
    expect(events.map(({ event }) => event).reduce<Trip | null>(evolve, null)).toEqual(result.trip);
    expect(
      events.map(({ seq, drivers }) => [seq, drivers.map(({ status, version }) => [status, version])]),
    ).toEqual([
      [1, []],
      [2, [['offered', 2]]],
      [3, [['on_trip', 3]]],
    ]);
  });

  test('leaves nothing behind when its transaction fails', async () => {
    const request = await quotedRequest();
    const failing = store.transact(async (transaction) => {
      await transaction.create(request);
      throw new Error('a handler failed after the write');
    });
    await expect(failing).rejects.toThrow('a handler failed');
    expect(await readTrip(store, request.tripId)).toBeUndefined();
    expect(await readEvents(store, request.tripId)).toEqual([]);
  });

  test('has a history that cannot be changed', async () => {
    const { tripId } = await requestTrip();
    for (const text of ['UPDATE trip_event SET seq = seq + 1', 'DELETE FROM trip_event']) {
      await expect(query(testBase.url, text)).rejects.toThrow('append-only');
    }
    expect(await readEvents(store, tripId)).toHaveLength(1);
  });

  test('is created once per quote', async () => {
    const request = await quotedRequest();
    await store.transact((transaction) => transaction.create(request));
    const again = store.transact((transaction) => transaction.create({ ...request, tripId: newId('trip') }));
    await expect(again).rejects.toMatchObject({ code: 'quote_used' });
  });
});

describe('a driver', () => {
  test('is claimed by one of a hundred racing offers', async () => {
    const driverId = await onlineDriver();
    const trips = await Promise.all(Array.from({ length: 100 }, requestTrip));
    const outcomes = await Promise.all(trips.map(({ tripId }) => offer(tripId, driverId)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const winner = trips[outcomes.indexOf(true)]!;
    expect(await readClaims(store, [driverId])).toMatchObject([{ tripId: winner.tripId, kind: 'offer' }]);
  });

  test('counts its versions without a gap through offers, declines and new sessions', async () => {
    const driverId = await onlineDriver();
    const versions: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { tripId } = await requestTrip();
      await offer(tripId, driverId);
      const { offerId } = (await readTrip(store, tripId))!.offer!;
      await store.transact((transaction) =>
        transaction.change(tripId, () => ({ type: 'decline', offerId, driverId, pauseMs: null })),
      );
      const events = await readEvents(store, tripId);
      versions.push(...events.flatMap(({ drivers }) => drivers.map(({ version }) => version)));
    }
    expect(versions).toEqual([2, 3, 4, 5, 6, 7]);
  });
});

/** Changes the trip by a command of its driver. */
function change(tripId: string, command: (trip: Trip) => TripCommand) {
  return store.transact((transaction) => transaction.change(tripId, command));
}

async function accept(tripId: string, driverId: DriverId): Promise<void> {
  await change(tripId, ({ offer: open }) => ({
    type: 'accept',
    offerId: open!.offerId,
    driverId,
    vehicle: VEHICLE,
  }));
}

async function driven(driverId: DriverId, steps: readonly ('arrive' | 'start')[] = []): Promise<string> {
  const { tripId } = await requestTrip();
  await offer(tripId, driverId);
  await accept(tripId, driverId);
  for (const type of steps) await change(tripId, () => ({ type, driverId }));
  return tripId;
}

const claimsOf = async (driverId: DriverId) =>
  (await readClaims(store, [driverId])).map(({ place, tripId, kind }) => [place, tripId, kind]);

describe('a driver on the way', () => {
  test('keeps its rider until its replacement accepts, and is free from then on', async () => {
    const [near, far] = [await onlineDriver(), await onlineDriver()];
    const tripId = await driven(far);
    expect(await offer(tripId, near, { replacing: far })).toBe(true);
    expect(await claimsOf(far)).toEqual([[0, tripId, 'trip']]);
    await accept(tripId, near);
    expect([await claimsOf(near), await claimsOf(far)]).toEqual([[[0, tripId, 'trip']], []]);
    expect(await readTrip(store, tripId)).toMatchObject({
      state: 'accepted',
      driver: { driverId: near },
      swaps: 1,
    });
    expect((await readEvents(store, tripId)).at(-1)!.drivers).toMatchObject([
      { driver_id: far, status: 'free', trip_id: null },
      { driver_id: near, status: 'on_trip', trip_id: tripId },
    ]);
  });

  test('keeps the trip if it arrives first, and the replacement is free', async () => {
    const [near, far] = [await onlineDriver(), await onlineDriver()];
    const tripId = await driven(far);
    await offer(tripId, near, { replacing: far });
    await change(tripId, () => ({ type: 'arrive', driverId: far }));
    expect([await claimsOf(near), await claimsOf(far)]).toEqual([[], [[0, tripId, 'trip']]]);
    const events = await readEvents(store, tripId);
    expect(events.slice(-2).map(({ event }) => event.type)).toEqual(['offer_withdrawn', 'arrived']);
  });
});

describe('a driver with a rider on board', () => {
  test('can be offered the trip after, and gets it when the ride is over', async () => {
    const driverId = await onlineDriver();
    const now = await driven(driverId, ['arrive', 'start']);
    const { tripId: next } = await requestTrip();
    expect(await offer(next, driverId)).toBe(false);
    expect(await offer(next, driverId, { afterRide: true })).toBe(true);
    expect(await offer((await requestTrip()).tripId, driverId, { afterRide: true })).toBe(false);
    await accept(next, driverId);
    expect(await claimsOf(driverId)).toEqual([
      [0, now, 'trip'],
      [1, next, 'trip'],
    ]);
    await change(now, () => ({ type: 'complete', driverId }));
    expect(await claimsOf(driverId)).toEqual([[0, next, 'trip']]);
    expect((await readEvents(store, now)).at(-1)!.drivers).toMatchObject([
      { status: 'on_trip', trip_id: next, next_trip_id: null },
    ]);
  });

  test('cannot be offered another one before the ride has begun', async () => {
    const driverId = await onlineDriver();
    const now = await driven(driverId, ['arrive']);
    expect(await offer((await requestTrip()).tripId, driverId, { afterRide: true })).toBe(false);
    expect(await claimsOf(driverId)).toEqual([[0, now, 'trip']]);
  });
});

describe('an idempotency key', () => {
  const use = (riderId: RiderId, key: string, digest: string, work: () => Promise<TripId>) =>
    store.transact((transaction) =>
      transaction.once(
        {
          actor: { prefix: 'rider', id: riderId },
          idempotency: { key, request_digest: digest.repeat(64) },
          output: tripId,
        },
        work,
      ),
    );

  test('gives one answer to a hundred calls at once', async () => {
    const riderId = newId('rider');
    let done = 0;
    const work = async (): Promise<TripId> => {
      done += 1;
      return newId('trip');
    };
    const answers = await Promise.all(Array.from({ length: 100 }, () => use(riderId, 'key', 'a', work)));
    expect(done).toBe(1);
    expect(new Set(answers).size).toBe(1);
  });

  test('refuses another request, and belongs to one rider', async () => {
    const riderId = newId('rider');
    const first = await use(riderId, 'key', 'a', async () => newId('trip'));
    await expect(use(riderId, 'key', 'b', async () => newId('trip'))).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    const other = await use(newId('rider'), 'key', 'b', async () => newId('trip'));
    expect(other).not.toBe(first);
  });

  test('is free again after work that failed, and after it has expired', async () => {
    const riderId = newId('rider');
    const failing = use(riderId, 'key', 'a', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    const first = await use(riderId, 'key', 'a', async () => newId('trip'));
    nowMs += 25 * 3600 * 1000;
    const second = await use(riderId, 'key', 'b', async () => newId('trip'));
    expect(second).not.toBe(first);
  });
});

describe('a shard', () => {
  const command = (owner: string, epoch: number, seenEpoch: number | null): ShardCommand => ({
    shard: SHARD,
    owner,
    epoch,
    seenEpoch,
    retired: false,
    kind: 'moved',
  });

  test('cannot change hands while a commit relies on its epoch', async () => {
    await claimShards(store, [command('matcher-1', 1, null)], null, nowMs);
    const order: string[] = [];
    let move: Promise<unknown> = Promise.resolve();
    await store.transact(async (transaction) => {
      expect(await lockShardEpochs(transaction, [SHARD])).toEqual(
        new Map([[SHARD, { epoch: 1, owner: 'matcher-1' }]]),
      );
      move = claimShards(store, [command('matcher-2', 2, 1)], null, nowMs).then(() => order.push('moved'));
      // Long enough for the move to commit if it were not blocked.
      await store.rows({ name: 'pause', text: 'SELECT pg_sleep(0.3)', values: [] });
      order.push('committed');
    });
    await move;
    expect(order).toEqual(['committed', 'moved']);
  });

  test('is set only from the epoch that was seen, and never goes back', async () => {
    const stale = await claimShards(store, [command('matcher-3', 2, 1)], null, nowMs);
    expect(stale).toEqual([]);
    const backwards = store.rows({
      name: 'backwards',
      text: 'UPDATE shard SET epoch = epoch - 1',
      values: [],
    });
    await expect(backwards).rejects.toThrow('epoch');
  });
});

test('a database without a primary is unavailable', async () => {
  const standbyOnly = new Database({
    urls: testBase.urls.slice(1),
    maxConnections: 2,
    applicationName: 'standby-only',
  });
  await expect(standbyOnly.ping()).rejects.toMatchObject({ code: 'unavailable' });
  await standbyOnly.close();
});
