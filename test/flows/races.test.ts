import { afterAll, beforeAll, expect, test } from 'vitest';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import type { TestDriver } from '../city/test-driver.ts';

const DRIVERS = 8;
const RIDERS = 100;
let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start([
    'dev-issuer',
    'trips',
    'trips',
    'matcher',
    'matcher',
    'rider-api',
    'driver-api',
  ]);
});
afterAll(() => city.stop());

/** Accepts every offer: a duplicate would show. */
async function acceptFirst(driver: TestDriver): Promise<string> {
  const offer = await driver.offer();
  await driver.accept(offer);
  return offer.trip_id;
}

test(`${RIDERS} riders who ask at once never share one of ${DRIVERS} drivers`, async () => {
  const drivers = await Promise.all(
    Array.from({ length: DRIVERS }, (_, index) =>
      city.driverAt({ lat: ROSSIO.lat + index * 1e-4, lng: ROSSIO.lng }),
    ),
  );
  const riders = await Promise.all(Array.from({ length: RIDERS }, () => city.rider()));
  const rides = Promise.all(riders.map((rider) => rider.ride(ROSSIO, ESTRELA)));
  const accepted = await Promise.all(drivers.map(acceptFirst));
  const trips = await rides;

  expect(new Set(accepted).size).toBe(DRIVERS);
  const states = await Promise.all(trips.map(async ({ trip_id }, index) => riders[index]!.trip(trip_id)));
  const driven = states.filter(({ driver }) => driver !== null);
  expect(new Set(driven.map(({ driver }) => driver?.driver_id)).size).toBe(DRIVERS);
  expect(driven).toHaveLength(DRIVERS);
  expect(states.filter(({ state }) => state === 'processing')).toHaveLength(RIDERS - DRIVERS);
  expect(await city.rows(OVERLAPPING_CLAIMS)).toEqual([]);
});

/** Consecutive steps of one driver, by version, where the second binds the driver before the first released it. */
const OVERLAPPING_CLAIMS = `
  SELECT * FROM (
    SELECT driver_id, driver_version, driver_status,
      lag(driver_status) OVER (PARTITION BY driver_id ORDER BY driver_version) AS before
    FROM trip_event WHERE driver_status IS NOT NULL) AS step
  WHERE driver_status = 'offered' AND before IN ('offered', 'on_trip')`;
