import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database, TripStore } from '#libs/store';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';

/** So long that no relay publishes the lost push within this test. */
const NEVER_MS = 3_600_000;

let city: TestCity;
let store: TripStore;

beforeAll(async () => {
  city = await TestCity.start(['dev-issuer', 'trips', 'matcher', 'rider-api', 'driver-api']);
  const { urls } = city.world.database;
  const database = new Database({ urls, maxConnections: 1, applicationName: 'lost-push' });
  store = new TripStore(database, { now: () => Date.now(), outboxGraceMs: NEVER_MS });
});
afterAll(async () => {
  await store?.close();
  await city?.stop();
});

test('a driver learns that its trip has ended even if the push was lost, and gets the next trip', async () => {
  const driver = await city.driverAt(ROSSIO);
  const { trip_id: tripId } = await (await city.rider()).ride(ROSSIO, ESTRELA);
  await driver.accept(await driver.offer());
  // Committed by a process that did not publish.
  await store.transact((transaction) =>
    transaction.change(tripId, () => ({ type: 'rider_cancel', reason: null })),
  );
  const { data } = await driver.phone.next('welcome');
  expect(data.driver).toMatchObject({ status: 'free', trip: null });
  const next = await (await city.rider()).ride(ROSSIO, ESTRELA);
  expect((await driver.offer()).trip_id).toBe(next.trip_id);
});
