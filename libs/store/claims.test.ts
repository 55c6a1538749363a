import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId, toTimestamp, type DriverId } from '#libs/contracts';
import { decide, hasDriver, type Trip } from '#libs/trip';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { Database, insertQuote, openSession, readClaims, readTrip, TripStore } from './index.ts';
import { commandOf } from '../../dev/fixtures/played-trips.ts';

const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };
const PICKUP = { lat: 38.71, lng: -9.14 };
const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const DRIVERS = 2;
const TRIPS = 3;

let testBase: TestDatabase;
let store: TripStore;

beforeAll(async () => {
  testBase = await testDatabase();
  const database = new Database({ urls: testBase.urls, maxConnections: 4, applicationName: 'claims-test' });
  store = new TripStore(database, { now: () => NOW_MS, outboxGraceMs: 2_000 });
});
afterAll(async () => {
  await store?.close();
  await testBase?.drop();
});

async function onlineDriver(): Promise<DriverId> {
  const driverId = newId('driver');
  await store.transact((transaction) =>
    openSession(transaction, { driverId, product: 'standard', vehicle: VEHICLE, atMs: NOW_MS }),
  );
  return driverId;
}

async function requestTrip(): Promise<string> {
  const [quoteId, riderId, tripId] = [newId('quote'), newId('rider'), newId('trip')];
  await insertQuote(store, {
    quote_id: quoteId,
    rider_id: riderId,
    product: 'standard',
    pickup: PICKUP,
    dropoff: PICKUP,
    pickup_cell: '89393362b83ffff',
    fare: { amount_minor: 700, currency: 'EUR' },
    distance_m: 2_000,
    trip_s: 400,
    pickup_eta_s: null,
    created_at: toTimestamp(NOW_MS),
    expires_at: toTimestamp(NOW_MS + 60_000),
  });
  await store.transact((transaction) =>
    transaction.create({
      tripId,
      riderId,
      quoteId,
      product: 'standard',
      pickup: PICKUP,
      dropoff: PICKUP,
      pickupCell: '89393362b83ffff',
      fareAmountMinor: 700,
      fareCurrency: 'EUR',
      distanceM: 2_000,
      tripS: 400,
      requestedAtMs: NOW_MS,
      searchDeadlineAtMs: NOW_MS + 300_000,
    }),
  );
  return tripId;
}

/** A command on a trip and a driver, by their numbers; most are refused. */
interface Step {
  readonly type: 'offer' | 'accept' | 'decline' | 'arrive' | 'start' | 'complete' | 'give_back' | 'cancel';
  readonly trip: number;
  readonly driver: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  // Offers and acceptances are more frequent, so that rides come about.
  type: fc.constantFrom(
    ...(['offer', 'offer', 'offer', 'accept', 'accept', 'accept', 'decline', 'arrive', 'arrive'] as const),
    ...(['start', 'start', 'complete', 'give_back', 'cancel'] as const),
  ),
  trip: fc.nat(TRIPS - 1),
  driver: fc.nat(DRIVERS - 1),
});

/** Starts a ride, so that chained offers come about. */
const UNDER_WAY = (['offer', 'accept', 'arrive', 'start'] as const).map((type): Step => ({
  type,
  trip: 0,
  driver: 0,
}));

/** Offers as matchers do: to a driver that is free or on a ride, as a swap if the trip has a driver. */
async function offer(tripId: string, driverId: DriverId): Promise<void> {
  await store.transact(async (transaction) => {
    const trip = (await readTrip(transaction, tripId))!;
    await transaction.lockDriver(driverId);
    const proposed = {
      offerId: newId('offer'),
      driverId,
      expiresAtMs: NOW_MS + 15_000,
      pickupEtaS: 60,
      pickupDistanceM: 300,
      ...(trip.driver !== null && { replacesDriverId: trip.driver.driverId }),
    };
    const decision = decide(trip, { type: 'offer', offer: proposed }, NOW_MS);
    if (decision.outcome !== 'changed') return;
    const [now] = await readClaims(transaction, [driverId]);
    const taken = await transaction.takeClaims([{ ...proposed, tripId, afterRide: now !== undefined }]);
    const standing = taken.get(driverId);
    if (standing === undefined) return;
    const changed: Trip = { ...trip, offer: proposed, seq: trip.seq + 1 };
    const [event] = decision.events;
    await transaction.write([{ event: event!, trip: changed, drivers: [standing], authority: null }]);
  });
}

/** Whether `trips` would pass the command on: it refuses to arrive for the next rider before the present one. */
async function isTurn({ type }: Step, tripId: string, driverId: DriverId): Promise<boolean> {
  const [now] = await readClaims(store, [driverId]);
  return type !== 'arrive' || now?.tripId === tripId;
}

test('claims agree with trips and no driver drives two trips at once, under any sequence of commands', async () => {
  expect.hasAssertions();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const drivers = await Promise.all(Array.from({ length: DRIVERS }, onlineDriver));
      const trips = await Promise.all(Array.from({ length: TRIPS }, requestTrip));
      for (const one of [...UNDER_WAY, ...steps]) {
        const [tripId, driverId] = [trips[one.trip]!, drivers[one.driver]!];
        if (one.type === 'offer') await offer(tripId, driverId);
        else if (await isTurn(one, tripId, driverId))
          await store.transact((transaction) =>
            transaction.change(tripId, (trip) => commandOf(one.type, trip, driverId)),
          );
        await expectConsistent(drivers, trips);
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);

async function expectConsistent(drivers: readonly DriverId[], tripIds: readonly string[]): Promise<void> {
  const trips = await Promise.all(tripIds.map(async (tripId) => (await readTrip(store, tripId))!));
  const claims = await readClaims(store, drivers);
  const wanted = trips.flatMap(({ tripId, offer: open, driver, state }) => [
    ...(open === null ? [] : [`${open.driverId} offer ${tripId}`]),
    ...(driver !== null && hasDriver(state) ? [`${driver.driverId} trip ${tripId}`] : []),
  ]);
  expect(claims.map(({ driverId, kind, tripId }) => `${driverId} ${kind} ${tripId}`).sort()).toEqual(
    wanted.sort(),
  );
  for (const own of Map.groupBy(claims, ({ driverId }) => driverId).values()) {
    expect(own.map(({ place }) => place)).toEqual([0, 1].slice(0, own.length));
    const states = own.map(({ tripId }) => trips.find((trip) => trip.tripId === tripId)?.state);
    // A second claim exists only behind a ride in progress.
    expect(own.length === 1 || states[0] === 'in_progress').toBe(true);
  }
}
