import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId, type DriverId } from '#libs/contracts';
import { Database, openSession, readClaims, readTrip, TripStore, type TripTransaction } from '#libs/store';
import { decide, evolve } from '#libs/trip';
import { tripRequest } from '../../../dev/fixtures/trip-request.ts';
import { testDatabase, type TestDatabase } from '../../../dev/test-world/index.ts';
import { endingOffers, endSession } from './end-session.ts';

const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };
const NOW_MS = Date.parse('2026-03-01T12:00:00Z');

let testBase: TestDatabase;
let store: TripStore;

beforeAll(async () => {
  testBase = await testDatabase();
  const database = new Database({ urls: testBase.urls, maxConnections: 4, applicationName: 'end-session' });
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

/** Commits an offer of a new trip to the driver, as `trips` does. */
async function offerTo(driverId: DriverId): Promise<void> {
  const request = tripRequest({ tripId: newId('trip'), searchDeadlineAtMs: NOW_MS + 3_600_000 });
  await store.transact((transaction) => transaction.create(request));
  await store.transact(async (transaction) => {
    const trip = await readTrip(transaction, request.tripId);
    await transaction.lockDriver(driverId);
    const terms = { expiresAtMs: NOW_MS + 15_000, pickupEtaS: 60, pickupDistanceM: 300 };
    const offer = { offerId: newId('offer'), driverId, ...terms };
    const decision = decide(trip!, { type: 'offer', offer }, NOW_MS);
    const taken = await transaction.takeClaims([{ ...offer, tripId: request.tripId, afterRide: false }]);
    if (decision.outcome !== 'changed') throw new Error(decision.outcome);
    const event = decision.events[0]!;
    const drivers = [taken.get(driverId)!];
    await transaction.write([{ event, trip: evolve(trip!, event), drivers, authority: null }]);
  });
}

/** The same transaction, in which something happens right before the driver is locked. */
function interrupted(transaction: TripTransaction, happens: () => Promise<void>): TripTransaction {
  return new Proxy(transaction, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (name !== 'lockDriver') return member.bind(target) as unknown;
      return async (driverId: string) => {
        await happens();
        return target.lockDriver(driverId);
      };
    },
  });
}

/** Ends the driver's session; before the first lock the driver is offered a trip. */
function ending(driverId: DriverId): Promise<unknown> {
  let left = 1;
  const offerMeanwhile = async (): Promise<void> => {
    left -= 1;
    if (left >= 0) await offerTo(driverId);
  };
  return endingOffers(() =>
    store.transact((transaction) =>
      endSession(interrupted(transaction, offerMeanwhile), {
        driverId,
        closeOffer: (offerId) => ({ type: 'decline', offerId, driverId, pauseMs: 60_000 }),
      }),
    ),
  );
}

test('a driver who is offered a trip while it goes offline is offline, and the offer is closed', async () => {
  const driverId = await onlineDriver();
  expect(await ending(driverId)).toMatchObject({ online: false });
  expect(await readClaims(store, [driverId])).toEqual([]);
});
