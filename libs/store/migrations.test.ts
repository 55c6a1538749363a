import { afterAll, beforeAll, expect, test } from 'vitest';
import { TRIP_STATES } from '#libs/trip';
import { driverStatus } from '#libs/contracts';
import { migrate } from '../../ops/migrate/migrations.ts';
import { query } from '../../ops/postgres/query.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** The values that a CHECK constraint admits. */
async function valuesOf(constraint: string): Promise<string[]> {
  const rows = await query<{ definition: string }>(
    database.url,
    `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = '${constraint}'`,
  );
  return [...rows[0]!.definition.matchAll(/'(\w+)'/g)].map(([, value]) => value!);
}

test('a migrated database runs no migration again', async () => {
  expect(await migrate(database.url)).toEqual([]);
});

test('Postgres admits the states that the code knows, and no others', async () => {
  expect(await valuesOf('trip_state_check')).toEqual([...TRIP_STATES]);
  expect((await valuesOf('trip_event_driver_status_check')).sort()).toEqual([...driverStatus.options].sort());
});

test.each([
  [
    'a driver twice',
    `INSERT INTO driver_claim (driver_id, trip_id, kind) SELECT driver_id, trip_id, 'trip' FROM driver_claim`,
    /driver_claim_pkey/,
  ],
  ['a driver with three trips', `UPDATE driver_claim SET place = 2`, /driver_claim_place/],
  [
    'two drivers of one trip',
    `INSERT INTO driver_claim SELECT gen_random_uuid(), trip_id, gen_random_uuid(), kind, expires_at FROM driver_claim`,
    /driver_claim_trip_once/,
  ],
  [
    'a claim of an unknown kind',
    `UPDATE driver_claim SET kind = 'gift', expires_at = NULL`,
    /driver_claim_kind_check/,
  ],
  ['an accepted trip without a driver', `UPDATE trip SET state = 'accepted'`, /trip_check/],
  ['an ended trip without a time', `UPDATE trip SET state = 'rider_canceled'`, /trip_check/],
  [
    'an offer on an ended trip',
    `UPDATE trip SET state = 'failed', ended_at = requested_at, offer = '{}'`,
    /trip_offer_before_pickup/,
  ],
  ['an epoch that falls', `UPDATE shard SET epoch = epoch - 1`, /epoch/],
  ['an owner that changes without an epoch', `UPDATE shard SET owner = 'another-owner'`, /epoch/],
])('Postgres refuses %s by itself', async (_, statement, constraint) => {
  await query(database.url, SEED);
  await expect(query(database.url, statement)).rejects.toThrow(constraint);
});

/** One quote, one trip, one claim, one shard. */
const SEED = `
  INSERT INTO quote VALUES ('019a0000-0000-7000-8000-000000000001', '019a0000-0000-7000-8000-000000000002', 'standard',
    38.71, -9.14, 38.72, -9.13, 617733151092113407, 700, 'EUR', 2000, 400, NULL, '2026-03-01Z', '2026-03-02Z')
    ON CONFLICT DO NOTHING;
  INSERT INTO trip (trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
    pickup_cell, fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at)
    SELECT '019a0000-0000-7000-8000-000000000003', rider_id, quote_id, product, 'processing', 1, pickup_lat, pickup_lng,
      dropoff_lat, dropoff_lng, pickup_cell, fare_minor, currency, distance_m, trip_s, created_at, expires_at FROM quote
    ON CONFLICT DO NOTHING;
  INSERT INTO driver_claim (driver_id, trip_id, offer_id, kind, expires_at) VALUES ('019a0000-0000-7000-8000-000000000004', '019a0000-0000-7000-8000-000000000003',
    '019a0000-0000-7000-8000-000000000005', 'offer', '2026-03-01Z') ON CONFLICT DO NOTHING;
  INSERT INTO shard VALUES (604222501837635583, 3, 'matcher-1', '2026-03-01Z') ON CONFLICT DO NOTHING;`;
