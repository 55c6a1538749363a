import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellKeyToH3, greatCircleM, parseBoundingBox, shardCellOf, type Point } from '#libs/geo';
import { Operator } from '../city/operator.ts';
import { ESTRELA, TestCity } from '../city/test-city.ts';

const AREA = '38.650,-9.250,38.800,-9.050';
/** Steps of the search for a border, in degrees: about 100 m. */
const STEP_DEG = 0.001;
let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start(undefined, { serviceArea: AREA });
});
afterAll(() => city.stop());

/** Two places one street apart, in shards of different owners. */
async function acrossTheLine(): Promise<{ pickup: Point; beyond: Point; owners: string[] }> {
  const { data } = await (await Operator.of(city)).shards();
  const ownerOf = new Map(data.map(({ shard, owner }) => [shard, owner]));
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

test('a pickup near a border between matchers is served by the driver on the other side', async () => {
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
