import { afterAll, beforeAll, expect, test } from 'vitest';
import { FIRST_PAUSE_MS } from '#libs/trip';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';

const OFFER_TTL_MS = 1_500;
/** How late a deadline and the next round may be. */
const SLACK_MS = 4_000;

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start(undefined, { env: { HAILGRID_OFFER_TTL_MS: String(OFFER_TTL_MS) } });
});
afterAll(() => city?.stop());

test('the only driver lets an offer lapse and is asked again after a pause', async () => {
  const driver = await city.driverAt(ROSSIO);
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  const lapsed = await driver.offer();
  await driver.phone.next('offer_closed');
  const closedAtMs = performance.now();
  const again = await driver.offer();
  const pauseMs = performance.now() - closedAtMs;
  expect(again.trip_id).toBe(tripId);
  expect(again.offer_id).not.toBe(lapsed.offer_id);
  expect(pauseMs).toBeGreaterThan(FIRST_PAUSE_MS - SLACK_MS / 4);
  expect(pauseMs).toBeLessThan(FIRST_PAUSE_MS + SLACK_MS);
  await driver.accept(again);
  await driver.drive(tripId);
  await driver.goHome();
});

test('the driver who declined is not asked again, although it stays', async () => {
  const driver = await city.driverAt(ROSSIO);
  const rider = await city.rider();
  await rider.ride(ROSSIO, ESTRELA);
  await driver.decline(await driver.offer());
  await driver.phone.next('offer_closed');
  await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS + SLACK_MS / 2));
  expect(driver.phone.frames.filter(({ type }) => type === 'offer')).toEqual([]);
  await driver.goHome();
});
