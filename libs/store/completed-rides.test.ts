import { afterAll, beforeAll, expect, test } from 'vitest';
import { PastRides, type PastRide } from '../../dev/fixtures/completed-rides.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { Database, endOfNewestRides, moveEndedTrips, readCompletedRides, type Queryable } from './index.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-03-01T12:00:00Z');
const LATER_MS = START_MS + 1_000 * MINUTE_MS;
const RIDE: PastRide = {
  pickup: { lat: 38.71, lng: -9.14 },
  dropoff: { lat: 38.73, lng: -9.13 },
  startedAtMs: START_MS,
  streetS: 300,
  toldS: 330,
  actualS: 400,
};
const FIRST = { endedAtMs: START_MS };

let base: TestDatabase;
let database: Database;
let rides: PastRides;

beforeAll(async () => {
  base = await testDatabase();
  database = new Database({ urls: base.urls, maxConnections: 2, applicationName: 'completed-rides-test' });
  rides = new PastRides(base.urls);
});
afterAll(async () => {
  await rides?.close();
  await database?.close();
  await base?.drop();
});

async function allFrom(after: Parameters<typeof readCompletedRides>[1], limit: number) {
  const found = [];
  for (;;) {
    const page = await readCompletedRides(database, after, LATER_MS, limit);
    found.push(...page);
    const last = page.at(-1);
    if (last === undefined) return found;
    after = { endedAtMs: last.endedAtMs, tripId: last.tripId };
  }
}

const move = (queryable: Queryable): Promise<number> =>
  moveEndedTrips(queryable, START_MS + 100 * MINUTE_MS, 100);

test('rides come once each in the order of their ends, page by page, from both tables, with their facts', async () => {
  // The first ride ends last; two end at the same moment.
  const long = await rides.write({ ...RIDE, actualS: 6_000, endedByOperator: true, distanceSource: 'road' });
  const ids: string[] = [];
  for (const minute of [10, 20, 20, 30])
    ids.push(await rides.write({ ...RIDE, startedAtMs: START_MS + minute * MINUTE_MS }));
  const silent = await rides.write({
    ...RIDE,
    startedAtMs: START_MS + 90 * MINUTE_MS,
    actualS: 1_200,
    driverWasSilent: true,
    distanceSource: 'road',
  });
  expect(await move(database)).toBe(5);
  const found = await allFrom(FIRST, 2);
  const inOrder = [ids[0], ...ids.slice(1, 3).toSorted((a, b) => (a < b ? -1 : 1)), ids[3], long, silent];
  expect(found.map(({ tripId }) => tripId)).toEqual(inOrder);
  expect(found[0]).toEqual({
    tripId: ids[0],
    pickup: RIDE.pickup,
    dropoff: RIDE.dropoff,
    distanceM: 2_100,
    distanceSource: 'air',
    streetS: 300,
    toldS: 330,
    startedAtMs: START_MS + 10 * MINUTE_MS,
    endedAtMs: START_MS + 10 * MINUTE_MS + 400_000,
    endedByOperator: false,
    driverWasSilent: false,
  });
  expect(found.map(({ distanceSource }) => distanceSource)).toEqual([
    ...Array<string>(4).fill('air'),
    'road',
    'road',
  ]);
  expect(found[4]).toMatchObject({ endedByOperator: true, driverWasSilent: false });
  expect(found[5]).toMatchObject({ endedByOperator: false, driverWasSilent: true });
  const soon = await readCompletedRides(database, FIRST, START_MS + 11 * MINUTE_MS, 9);
  expect(soon).toEqual([]);
});

test('the newest rides begin where there are so many after, but not before a time', async () => {
  const [last] = (await allFrom(FIRST, 9)).slice(-1);
  const begin = (sinceMs: number, count: number) => endOfNewestRides(database, sinceMs, LATER_MS, count);
  expect(await begin(START_MS, 1)).toBe(last?.endedAtMs);
  expect(await begin(START_MS, 4)).toBe(START_MS + 20 * MINUTE_MS + 400_000);
  expect(await begin(START_MS, 100)).toBe(START_MS);
});
