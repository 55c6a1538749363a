import { afterAll, beforeAll, expect, test } from 'vitest';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start(undefined, {
    env: { HAILGRID_OFFER_TTL_MS: '1500', HAILGRID_SEARCH_DEADLINE_MS: '8000' },
  });
});
afterAll(() => city.stop());

/** Each about 150 m further away. */
const placeNo = (number: number) => ({ lat: ROSSIO.lat + number * 0.0014, lng: ROSSIO.lng });

test('after a decline and an expiry the trip goes to the next driver; no driver gets two offers', async () => {
  const [near, next, last] = await Promise.all([0, 1, 2].map((number) => city.driverAt(placeNo(number))));
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);

  await near!.decline(await near!.offer());
  const ignored = await next!.offer();
  expect(ignored.trip_id).toBe(tripId);
  const closed = await next!.phone.next('offer_closed');
  expect(closed.data).toMatchObject({ trip_id: tripId, event: 'offer_expired' });
  await last!.accept(await last!.offer());

  expect((await rider.trip(tripId)).driver?.driver_id).toBe(last!.driverId);
  const asked = await city.rows<{ offers: number; drivers: number }>(
    `SELECT count(*)::int AS offers, count(DISTINCT driver_id)::int AS drivers FROM trip_event WHERE type = 'offer_made'`,
  );
  expect(asked).toEqual([{ offers: 3, drivers: 3 }]);
  await last!.drive(tripId);
  await Promise.all([near, next, last].map((driver) => driver!.goHome()));
});

test('when a driver cancels, the trip goes to another one', async () => {
  const quitter = await city.driverAt(placeNo(0));
  const rider = await city.rider();
  await rider.connect();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await quitter.accept(await quitter.offer());
  const other = await city.driverAt(placeNo(1));
  await quitter.phone.ask('cancel', { trip_id: tripId, reason: 'flat tyre' });
  await rider.untilEvent('driver_redispatched');
  await other.accept(await other.offer());
  expect((await rider.trip(tripId)).driver?.driver_id).toBe(other.driverId);
  await other.drive(tripId);
  await Promise.all([quitter, other].map((driver) => driver.goHome()));
});

test('the rider is notified when no driver accepts until the deadline', async () => {
  const rider = await city.rider();
  await rider.connect();
  const { trip_id: tripId } = await rider.ride({ lat: 38.742, lng: -9.122 }, ESTRELA);
  const event = await rider.untilEvent('no_drivers_available');
  expect(event.data.trip).toMatchObject({ trip_id: tripId, state: 'no_drivers_available' });
});
