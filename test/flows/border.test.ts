import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ShardMapMessage } from '#libs/contracts';
import { cellKeyToH3, greatCircleM, parseBoundingBox, shardCellOf, type Point } from '#libs/geo';
import { ESTRELA, TestCity } from '../city/test-city.ts';
import { tokenFor } from '../phones/tokens.ts';

const AREA = '38.650,-9.250,38.800,-9.050';
/** Steps of the search for a border, in degrees: some 100 m. */
const STEP_DEG = 0.001;
let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start(undefined, { serviceArea: AREA });
});
afterAll(() => city.stop());

/** Two places a street apart whose shards have different owners. */
async function acrossTheLine(): Promise<{ pickup: Point; beyond: Point; owners: string[] }> {
  const response = await fetch(`${city.url('trips-1')}/v1/shards`, {
    headers: { authorization: `Bearer ${await tokenFor(city.url('dev-issuer-1'), 'operator')}` },
  });
  const { shards } = (await response.json()) as ShardMapMessage;
  const ownerOf = new Map(shards.map(({ shard, owner }) => [shard, owner]));
  const { south, west, north, east } = parseBoundingBox(AREA);
  for (let lat = south; lat < north; lat += STEP_DEG) {
    for (let lng = west; lng < east - STEP_DEG; lng += STEP_DEG) {
      const [pickup, beyond] = [
        { lat, lng },
        { lat, lng: lng + STEP_DEG },
      ];
      const owners = [pickup, beyond].map((point) => ownerOf.get(cellKeyToH3(shardCellOf(point))));
      if (owners[0] && owners[1] && owners[0] !== owners[1])
        return { pickup, beyond, owners: [owners[0], owners[1]] };
    }
  }
  throw new Error('no border in the service area');
}

test('a pickup at the line is served by the driver on the other side of it', async () => {
  const { pickup, beyond, owners } = await acrossTheLine();
  expect(new Set(owners).size).toBe(2);
  expect(greatCircleM(pickup, beyond)).toBeLessThan(150);
  const driver = await city.driverAt(beyond);
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(pickup, ESTRELA);
  const offer = await driver.offer();
  expect(offer.trip_id).toBe(tripId);
  await driver.accept(offer);
  expect((await rider.trip(tripId)).driver?.driver_id).toBe(driver.driverId);
});
