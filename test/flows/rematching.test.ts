import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DriverServerFrame, TripStanding } from '#libs/contracts';
import type { Point } from '#libs/geo';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import type { TestDriver } from '../city/test-driver.ts';

type TripFrame = Extract<DriverServerFrame, { type: 'trip' }>;

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start();
});
afterAll(() => city.stop());

/** A number of metres north of a place. */
const north = ({ lat, lng }: Point, meters: number): Point => ({ lat: lat + meters / 111_195, lng });

/** The frame with which a driver's phone learns this standing of a trip. */
function standingFrame(driver: TestDriver, tripId: string, standing: TripStanding): Promise<TripFrame> {
  return driver.phone.socket.until(
    (frame): frame is TripFrame =>
      frame.type === 'trip' && frame.data.trip.trip_id === tripId && frame.data.standing === standing,
  );
}

const claims = () =>
  city.rows<{ driver_id: string }>('SELECT driver_id, place, kind FROM driver_claim ORDER BY place, kind');

test('a nearer driver takes over once it has accepted, and the former one is free for another rider', async () => {
  const far = await city.driverAt(north(ROSSIO, 1_500));
  const rider = await city.rider();
  await rider.connect();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await far.accept(await far.offer());

  const near = await city.driverAt(north(ROSSIO, 50));
  const offer = await near.offer();
  expect(offer.trip_id).toBe(tripId);
  expect((await rider.trip(tripId)).driver?.driver_id).toBe(far.driverId);
  await near.accept(offer);
  const swapped = await rider.untilEvent('driver_swapped');
  expect(swapped.data.trip).toMatchObject({ state: 'accepted', driver: { driver_id: near.driverId } });
  expect((await standingFrame(far, tripId, 'gone')).data.event).toBe('driver_swapped');

  const other = await city.rider();
  const second = await other.ride(north(ROSSIO, 1_500), ESTRELA);
  const next = await far.offer();
  expect(next.trip_id).toBe(second.trip_id);
  await far.accept(next);
  await near.drive(tripId);
  await far.drive(second.trip_id);
  expect(await claims()).toEqual([]);
  await Promise.all([far.goHome(), near.goHome()]);
});

test('a driver on the way is reassigned to a waiting rider without an offer, as soon as another one takes its place', async () => {
  const place = north(ROSSIO, 1_000);
  const first = await city.driverAt(place);
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await first.accept(await first.offer());

  // Nearer to the first rider than to the second, whose pickup is next to the first driver.
  const waiting = await city.rider();
  await waiting.connect();
  const fresh = await city.driverAt(north(ROSSIO, -400));
  const { trip_id: waitingTrip } = await waiting.ride(north(place, 150), ESTRELA);
  const offer = await fresh.offer();
  expect(offer.trip_id).toBe(tripId);
  await fresh.accept(offer);
  const assigned = await waiting.untilEvent('driver_assigned');
  expect(assigned.data.trip.driver?.driver_id).toBe(first.driverId);
  expect((await standingFrame(first, waitingTrip, 'current')).data.trip.state).toBe('accepted');
  expect((await rider.trip(tripId)).driver?.driver_id).toBe(fresh.driverId);

  await first.drive(waitingTrip);
  await fresh.drive(tripId);
  expect(await claims()).toEqual([]);
  const unfenced = await city.rows(
    `SELECT seq FROM trip_event WHERE type IN ('offer_made', 'driver_assigned') AND (shard IS NULL OR epoch IS NULL)`,
  );
  expect(unfenced).toEqual([]);
  await Promise.all([first.goHome(), fresh.goHome()]);
});

test('a driver whose ride ends soon gets the next rider while the current one is on board', async () => {
  const driver = await city.driverAt(ROSSIO);
  const [rider, next] = [await city.rider(), await city.rider()];
  const dropoff = north(ROSSIO, 400);
  const { trip_id: tripId } = await rider.ride(ROSSIO, dropoff);
  await driver.accept(await driver.offer());
  await driver.phone.ask('arrived', { trip_id: tripId });
  await driver.phone.ask('start', { trip_id: tripId });

  await next.connect();
  const { trip_id: nextTrip } = await next.ride(north(dropoff, 100), ESTRELA);
  const offer = await driver.offer();
  expect(offer.trip_id).toBe(nextTrip);
  await driver.accept(offer);
  expect((await next.untilEvent('accepted')).data.trip.driver?.driver_id).toBe(driver.driverId);
  expect((await standingFrame(driver, nextTrip, 'next')).data.trip.state).toBe('accepted');
  const early = await driver.phone.ask('arrived', { trip_id: nextTrip });
  expect(early).toMatchObject({ type: 'error', data: { code: 'illegal_transition' } });

  await driver.phone.ask('complete', { trip_id: tripId });
  await driver.drive(nextTrip);
  expect(await claims()).toEqual([]);
  await driver.goHome();
});
