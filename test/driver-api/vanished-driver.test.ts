import { afterAll, beforeAll, expect, test } from 'vitest';
import { POSITIONS_RESEND_SUBJECT, uuidOf, type DriverId } from '#libs/contracts';
import { cellKeyToH3, positionCellOf } from '#libs/geo';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { PositionEar } from './position-ear.ts';

/** About 300 m from the pickup. */
const FURTHER = { lat: ROSSIO.lat + 0.0027, lng: ROSSIO.lng };

let city: TestCity;
let ear: PositionEar;

beforeAll(async () => {
  city = await TestCity.start(['dev-issuer', 'trips', 'matcher', 'rider-api', 'driver-api']);
  ear = await PositionEar.open(city.world.nats.urls);
});
afterAll(async () => {
  await ear?.close();
  await city?.stop();
});

const leaves = (driverId: DriverId) => ear.of(driverId).filter(({ left }) => left);

const driversAsked = async (tripId: string): Promise<string[]> =>
  (
    await city.rows<{ driver_id: string }>(
      `SELECT driver_id FROM trip_event WHERE type = 'offer_made' AND trip_id = '${uuidOf('trip', tripId)}'`,
    )
  ).map(({ driver_id }) => driver_id);

/** Free drivers in the matcher's index. */
async function freeDrivers(): Promise<number> {
  const metrics = await (await fetch(`${city.url('matcher-1')}/metrics`)).text();
  return Number(/^hailgrid_drivers_free(?:\{.*\})? (\d+)$/m.exec(metrics)?.[1]);
}

test('a vanished driver gets no offers until it sends pings again', async () => {
  const near = await city.driverAt(ROSSIO);
  await expect.poll(freeDrivers).toBe(1);
  near.hangUp();
  await ear.until(near.driverId, ({ left }) => left);
  await expect.poll(freeDrivers).toBe(0);

  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  const further = await city.driverAt(FURTHER);
  await further.accept(await further.offer());
  expect(await driversAsked(tripId)).toEqual([uuidOf('driver', further.driverId)]);

  const { welcome } = await near.phone.connect();
  const session = welcome.data.driver.session!;
  near.phone.send({ type: 'position', data: near.phone.ping(session, ROSSIO.lat, ROSSIO.lng) });
  const next = await (await city.rider()).ride(ROSSIO, ESTRELA);
  expect((await near.offer()).trip_id).toBe(next.trip_id);
  await further.drive(tripId);
  await Promise.all([near, further].map((driver) => driver.goHome()));
});

test('a matcher that has just subscribed does not learn of a vanished driver', async () => {
  const driver = await city.driverAt(ROSSIO);
  await ear.until(driver.driverId, ({ status }) => status === 'free');
  driver.hangUp();
  await ear.until(driver.driverId, ({ left }) => left);
  const cell = cellKeyToH3(positionCellOf(ROSSIO));
  ear.bus.publish(POSITIONS_RESEND_SUBJECT, JSON.stringify({ cells: [cell] }));
  await expect.poll(() => leaves(driver.driverId).length).toBe(2);
  expect(ear.of(driver.driverId).at(-1)?.left).toBe(true);
});

test('a driver who returns in time keeps its session; one with a trip stays until the trip ends', async () => {
  const busy = await city.driverAt(ROSSIO);
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await busy.accept(await busy.offer());
  busy.hangUp();
  const quick = await city.driverAt(FURTHER);
  await ear.until(quick.driverId, ({ status }) => status === 'free');
  quick.hangUp();
  await quick.phone.connect();
  const gone = await city.driverAt(FURTHER);
  await ear.until(gone.driverId, ({ status }) => status === 'free');
  gone.hangUp();

  // It was the last one to disconnect.
  await ear.until(gone.driverId, ({ left }) => left);
  expect(leaves(quick.driverId)).toEqual([]);
  expect(leaves(busy.driverId)).toEqual([]);

  await rider.post(`/v1/trips/${tripId}/cancel`, { reason: 'changed plans' });
  await ear.until(busy.driverId, ({ left, status }) => left && status === 'free');
});
