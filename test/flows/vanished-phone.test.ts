import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALL_SERVICES, ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import type { RiderPhone } from '../phones/rider-phone.ts';
import type { TestDriver } from '../city/test-driver.ts';

const SILENCE_MS = 10_000;
const LOST_CONTACT_MS = 16_000;
/** How late a silence may be noticed: a sweep, its question, and a busy machine. */
const SLACK_MS = 12_000;

let city: TestCity;

beforeAll(async () => {
  const env = {
    HAILGRID_SILENT_ACCEPTED_MS: String(SILENCE_MS),
    HAILGRID_SILENT_ARRIVED_MS: String(SILENCE_MS),
    HAILGRID_SILENT_RIDE_MS: String(SILENCE_MS),
    HAILGRID_LOST_CONTACT_MS: String(LOST_CONTACT_MS),
  };
  city = await TestCity.start([...ALL_SERVICES, 'driver-api'], { env });
});
afterAll(() => city?.stop());

const NEARBY = { lat: ROSSIO.lat + 0.0014, lng: ROSSIO.lng };

async function accepted(): Promise<{ rider: RiderPhone; driver: TestDriver; tripId: string }> {
  const driver = await city.driverAt(ROSSIO);
  const rider = await city.rider();
  await rider.connect();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await driver.accept(await driver.offer());
  return { rider, driver, tripId };
}

async function eventTypes(tripId: string): Promise<string[]> {
  const rows = await city.rows<{ type: string; trip: string }>(
    `SELECT type, event -> 'request' ->> 'tripId' AS trip, trip_id FROM trip_event
     WHERE trip_id IN (SELECT trip_id FROM trip_event WHERE event -> 'request' ->> 'tripId' = '${tripId}') ORDER BY seq`,
  );
  return rows.map(({ type }) => type);
}

function claimsWithoutLiveTrip(): Promise<object[]> {
  return city.rows(`
    SELECT driver_id FROM driver_claim LEFT JOIN trip USING (trip_id)
    WHERE trip.state IS NULL OR trip.state NOT IN ('processing', 'accepted', 'arrived', 'in_progress')`);
}

test.each(['accepted', 'arrived'] as const)(
  'a phone that dies while the trip is %s loses it to another driver, and finds it gone when it comes back',
  { timeout: 90_000 },
  async (state) => {
    const { rider, driver, tripId } = await accepted();
    if (state === 'arrived') await driver.phone.ask('arrived', { trip_id: tripId });
    const seen = (await rider.trip(tripId)).seq;
    const other = await city.driverAt(NEARBY);
    driver.hangUp();
    const diedAtMs = performance.now();
    const offer = await expect
      .poll(() => other.phone.frames.find(({ type }) => type === 'offer'), {
        timeout: SILENCE_MS + SLACK_MS,
        interval: 100,
      })
      .toBeDefined()
      .then(() => other.offer());
    expect(performance.now() - diedAtMs).toBeGreaterThan(SILENCE_MS - 2_000);
    expect(offer.trip_id).toBe(tripId);
    await other.accept(offer);
    expect((await rider.trip(tripId)).driver?.driver_id).toBe(other.driverId);
    expect(await eventTypes(tripId)).toContain('driver_lost');

    const { welcome } = await driver.phone.connect();
    expect(welcome.data.driver).toMatchObject({ trip: null });
    driver.phone.send({ type: 'resume', id: 'back', data: { trips: [{ trip_id: tripId, last_seq: seen }] } });
    const back = await driver.phone.next('trip');
    expect(back.data).toMatchObject({ event: 'driver_lost', standing: 'gone' });

    await other.drive(tripId);
    await other.goHome();
    driver.hangUp();
    expect(await claimsWithoutLiveTrip()).toEqual([]);
  },
);

test('a ride without positions needs attention, and fails at last; its driver is free then', async () => {
  const { rider, driver, tripId } = await accepted();
  for (const step of ['arrived', 'start']) await driver.phone.ask(step, { trip_id: tripId });
  // Three estimated rides are the least that a ride may last in silence: this one is short.
  await city.rows(`UPDATE trip SET trip_s = 1 WHERE state = 'in_progress'`);
  driver.hangUp();
  await expect
    .poll(() => city.rows(`SELECT attention FROM trip WHERE state = 'in_progress'`), {
      timeout: SILENCE_MS + SLACK_MS,
    })
    .toEqual([{ attention: 'stuck' }]);
  await expect
    .poll(async () => (await rider.trip(tripId)).state, { timeout: LOST_CONTACT_MS + SLACK_MS })
    .toBe('failed');
  expect((await rider.trip(tripId)).cancel_reason).toBe('lost_contact');
  expect(await claimsWithoutLiveTrip()).toEqual([]);
}, 90_000);

test('a ride whose driver is heard again needs no attention any more', async () => {
  const { driver, tripId } = await accepted();
  for (const step of ['arrived', 'start']) await driver.phone.ask(step, { trip_id: tripId });
  await city.rows(`UPDATE trip SET trip_s = 1 WHERE state = 'in_progress'`);
  driver.pause();
  await expect
    .poll(() => eventTypes(tripId), { timeout: SILENCE_MS + SLACK_MS })
    .toContain('attention_raised');
  driver.resume();
  await expect.poll(() => eventTypes(tripId), { timeout: SLACK_MS }).toContain('attention_cleared');
  await driver.phone.ask('complete', { trip_id: tripId });
  await driver.goHome();
}, 90_000);

test('a driver keeps its trip when its driver-api dies, for as long as it needs to find another one', async () => {
  const { rider, driver, tripId } = await accepted();
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS + 2_000));
  await city.world.service('driver-api-1').kill();
  // The dead process heard the driver a moment ago; the living one never did.
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS / 2));
  await driver.phone.connect(city.url('driver-api-2'));
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
  expect(await eventTypes(tripId)).not.toContain('driver_lost');
  expect((await rider.trip(tripId)).driver?.driver_id).toBe(driver.driverId);
  await driver.drive(tripId);
  driver.hangUp();
  await city.world.service('driver-api-1').restart();
}, 90_000);
