import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { tripState } from '#libs/contracts';
import { ALL_SERVICES, ESTRELA, ROSSIO, type TestCity } from '../city/test-city.ts';

/** `dev-issuer-1`, …, `matcher-2`, … */
const INSTANCES = ALL_SERVICES.map(
  (app, index) => `${app}-${ALL_SERVICES.slice(0, index).filter((other) => other === app).length + 1}`,
);

/** Every process is up and ready, none has logged an error, and a ride completes from quote to dropoff. */
export async function expectWell(city: TestCity): Promise<void> {
  for (const instance of INSTANCES) expect([instance, complaints(city, instance)]).toEqual([instance, []]);
  await expectServing(city);
}

/** Like {@link expectWell}, but allows logged errors. */
export async function expectServing(city: TestCity): Promise<void> {
  for (const instance of INSTANCES) {
    const answer = await fetch(`${city.url(instance)}/health/ready`);
    expect([instance, answer.status, await answer.json()]).toMatchObject([instance, 200, { status: 'ok' }]);
  }
  await takeRide(city);
}

/**
 * Log lines of a service at level error or worse, and output that is not a log line: input from outside must cause neither.
 */
function complaints(city: TestCity, instance: string): string[] {
  return readFileSync(city.world.service(instance).logFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^\{"level":"(?:trace|debug|info|warn)"/.test(line));
}

async function takeRide(city: TestCity): Promise<void> {
  const [driver, rider] = await Promise.all([city.driverAt(ROSSIO), city.rider()]);
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  const offer = await driver.offer();
  expect(offer.trip_id).toBe(tripId);
  await driver.accept(offer);
  await driver.drive(tripId);
  expect(await rider.trip(tripId)).toMatchObject({
    state: 'completed',
    driver: { driver_id: driver.driverId },
  });
  await driver.goHome();
}

/**
 * Every trip has all its events from the first on, claims belong to trips with the same driver, and all acknowledged trips
 * exist.
 */
export async function expectNothingLost(city: TestCity, acknowledgedTrips: number): Promise<void> {
  const trips = await city.rows<{ state: string; seq: number; events: number }>(
    `SELECT state, seq, (SELECT count(*)::int FROM trip_event WHERE trip_id = any_trip.trip_id) AS events FROM any_trip`,
  );
  expect(trips).toHaveLength(acknowledgedTrips);
  expect(
    trips.filter(({ seq, events, state }) => seq !== events || !tripState.safeParse(state).success),
  ).toEqual([]);
  expect(
    await city.rows(
      `SELECT * FROM driver_claim JOIN trip USING (trip_id)
       WHERE state IN ('completed', 'rider_canceled', 'no_drivers_available', 'failed')`,
    ),
  ).toEqual([]);
}
