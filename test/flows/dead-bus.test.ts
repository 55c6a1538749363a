import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '#libs/contracts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';

/** Maximum wait of a phone for "try later". */
const ANSWER_LIMIT_MS = 10_000;
const BACK_LIMIT = { timeout: 30_000 };
let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start();
});
afterAll(() => city.stop());

function outcomes(): Promise<object[]> {
  return city.rows('SELECT trip_id, state, seq, driver FROM any_trip ORDER BY trip_id');
}

test('with NATS dead no decision changes, requests are refused, and matching resumes by itself', async () => {
  const driver = await city.driverAt(ROSSIO);
  const [riding, waiting, late] = await Promise.all([city.rider(), city.rider(), city.rider()]);
  const ride = await riding.ride(ROSSIO, ESTRELA);
  await driver.accept(await driver.offer());
  const quote = (await late.quote(ROSSIO, ESTRELA)).body;
  const wait = await waiting.ride(ROSSIO, ESTRELA); // the only driver is taken
  const before = await outcomes();

  await Promise.all(city.world.nats.nodes.map(({ server }) => server.kill()));
  const key = newId('event');
  const askedAtMs = performance.now();
  const refused = await late.requestTrip(quote.quote_id, key);
  expect(performance.now() - askedAtMs).toBeLessThan(ANSWER_LIMIT_MS);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await outcomes()).toEqual(before);

  await Promise.all(city.world.nats.nodes.map((node) => node.restart()));
  const again = async (): Promise<number> => (await late.requestTrip(quote.quote_id, key)).status;
  await expect.poll(again, BACK_LIMIT).toBe(201);
  // Each service reconnects by itself; this one had no part in the request.
  const isReady = async (): Promise<boolean> => (await fetch(`${city.url('driver-api-1')}/health/ready`)).ok;
  await expect.poll(isReady, BACK_LIMIT).toBe(true);
  expect(await riding.trip(ride.trip_id)).toMatchObject({
    state: 'accepted',
    driver: { driver_id: driver.driverId },
  });
  expect(await waiting.trip(wait.trip_id)).toMatchObject({ state: 'processing', seq: 1 });

  // Both waiting riders are found in Postgres, and the drivers by their positions.
  const others = await Promise.all([city.driverAt(ROSSIO), city.driverAt(ROSSIO)]);
  const offers = await Promise.all(
    others.map(async (other) => {
      const offer = await other.offer();
      await other.accept(offer);
      return offer.trip_id;
    }),
  );
  expect(offers).toContain(wait.trip_id);
  expect(new Set(offers).size).toBe(2);
  expect(await riding.trip(ride.trip_id)).toMatchObject({ driver: { driver_id: driver.driverId } });
});
