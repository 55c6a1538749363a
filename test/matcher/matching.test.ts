import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answerOffer } from '#libs/contracts';
import { greatCircleM, pickupCellOf, type Point } from '#libs/geo';
import { route } from '#libs/ownership';
import { MatchedCity, POLL } from './matched-city.ts';

let city: MatchedCity;

beforeAll(async () => {
  city = await MatchedCity.start();
});
afterEach(() => city.clear());
afterAll(() => city?.stop());

/** Two points a few hundred metres apart, on both sides of a border between shards of different matchers. */
async function acrossTheLine(): Promise<readonly [Point, Point]> {
  const map = await city.shardMap();
  const ownerAt = (point: Point): string | undefined => route(map, pickupCellOf(point))?.owner;
  for (let lat = 38.7; lat <= 38.745; lat += 0.001) {
    for (let lng = -9.16; lng <= -9.12; lng += 0.001) {
      const here = { lat, lng };
      for (const there of [
        { lat: lat + 0.003, lng },
        { lat, lng: lng + 0.003 },
      ]) {
        const [owner, other] = [ownerAt(here), ownerAt(there)];
        if (owner !== undefined && other !== undefined && owner !== other) return [here, there];
      }
    }
  }
  throw new Error('no border between matchers in the service area');
}

test('a trip goes to the nearest driver, and to the next one when that one declines', async () => {
  const pickup = { lat: 38.715, lng: -9.14 };
  const near = await city.driverAt({ lat: 38.716, lng: -9.14 });
  const far = await city.driverAt({ lat: 38.722, lng: -9.14 });
  await expect.poll(async () => city.driversInSight(), POLL).toBeGreaterThanOrEqual(2);
  const tripId = await city.requestTrip(pickup);
  await city.offeredTo(tripId, near);
  await expect.poll(() => near.offers.length, POLL).toBe(1);
  await city.commands.call(answerOffer, {
    driver_id: near.driverId,
    offer_id: near.offers[0]!,
    answer: 'decline',
  });
  await city.offeredTo(tripId, far);
  const { excluded_driver_ids, offer } = await city.readTrip(tripId);
  expect(excluded_driver_ids).toEqual([near.driverId]);
  await city.commands.call(answerOffer, {
    driver_id: far.driverId,
    offer_id: offer!.offer_id,
    answer: 'accept',
  });
  expect((await city.readTrip(tripId)).state).toBe('accepted');
});

test('a pickup near a border between two matchers is served by a driver from the other side', async () => {
  const [pickup, beyond] = await acrossTheLine();
  expect(greatCircleM(pickup, beyond)).toBeLessThan(500);
  const driver = await city.driverAt(beyond);
  await city.offeredTo(await city.requestTrip(pickup), driver);
});

test('a leaving matcher hands its open demand over with its shards', async () => {
  const pickup = { lat: 38.73, lng: -9.15 };
  const tripId = await city.requestTrip(pickup);
  const before = (await city.shardMap()).claimContaining(pickupCellOf(pickup))!;
  await city.world.service(before.owner!).stop();
  // On a slow machine the leaving matcher gives up before the planner has moved its shards, and they follow by suspicion.
  const owner = async () => (await city.shardMap()).claimContaining(pickupCellOf(pickup))?.owner;
  await expect.poll(owner, POLL).not.toBe(before.owner);
  expect((await city.shardMap()).claimContaining(pickupCellOf(pickup))!.epoch).toBeGreaterThan(before.epoch);
  const driver = await city.driverAt({ lat: 38.731, lng: -9.15 });
  await city.offeredTo(tripId, driver);
  await city.world.service(before.owner!).restart();
  await expect.poll(async () => (await city.owners()).size, POLL).toBe(2);
});
