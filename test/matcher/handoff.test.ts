import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { requestJson } from '#libs/bus';
import { drainShardsReply, drainSubject, prepareShardsReply, prepareSubject } from '#libs/contracts';
import { pickupCellOf, type Point } from '#libs/geo';
import type { ShardClaim } from '#libs/ownership';
import { MatchedCity, POLL } from './matched-city.ts';

const PICKUP: Point = { lat: 38.73, lng: -9.15 };
const NEAR_BY: Point = { lat: 38.731, lng: -9.15 };
const ANSWER_LIMIT_MS = 5_000;
const LEASE_MS = 3_000;
/** Rounds are one second apart: several of them would have matched an undrained shard. */
const SOME_ROUNDS_MS = 2_000;

let city: MatchedCity;

beforeAll(async () => {
  city = await MatchedCity.start();
});
afterEach(() => city.clear());
afterAll(() => city?.stop());

async function claimAt(point: Point): Promise<ShardClaim & { owner: string }> {
  const claim = (await city.shardMap()).claimContaining(pickupCellOf(point))!;
  return { ...claim, owner: claim.owner! };
}

const drain = ({ owner, shard }: ShardClaim, epoch: number) =>
  requestJson(
    city.bus,
    drainSubject(owner!),
    { shards: [{ shard, epoch }], lease_ms: LEASE_MS },
    drainShardsReply,
    ANSWER_LIMIT_MS,
  );

test('a drained shard is not matched until its lease expires without a new owner', async () => {
  const claim = await claimAt(PICKUP);
  const driver = await city.driverAt(NEAR_BY);
  await expect.poll(() => city.driversInSight(), POLL).toBeGreaterThan(0);
  expect((await drain(claim, claim.epoch)).drained).toEqual([claim.shard]);
  const tripId = await city.requestTrip(PICKUP);
  await new Promise((resolve) => setTimeout(resolve, SOME_ROUNDS_MS));
  expect((await city.readTrip(tripId)).offer).toBeNull();
  await city.offeredTo(tripId, driver);
});

test('a drain at another epoch, or of another owner’s shard, has no effect', async () => {
  const claim = await claimAt(PICKUP);
  expect((await drain(claim, claim.epoch - 1)).drained).toEqual([]);
  const other = claim.owner === 'matcher-1' ? 'matcher-2' : 'matcher-1';
  expect((await drain({ ...claim, owner: other }, claim.epoch)).drained).toEqual([]);
  const driver = await city.driverAt(NEAR_BY);
  await city.offeredTo(await city.requestTrip(PICKUP), driver);
});

test('a matcher that prepares a handoff subscribes to the positions around shards that it does not own yet', async () => {
  const map = await city.shardMap();
  const theirs = map.claims().filter(({ owner }) => owner === 'matcher-2');
  const before = await city.gauge('matcher-1', 'position_cells');
  const shards = theirs.map(({ shard, epoch }) => ({ shard, epoch }));
  await requestJson(city.bus, prepareSubject('matcher-1'), { shards }, prepareShardsReply, ANSWER_LIMIT_MS);
  expect(await city.gauge('matcher-1', 'position_cells')).toBeGreaterThan(before);
  expect((await city.shardMap()).ownedBy('matcher-2')).toHaveLength(theirs.length);
  await expect.poll(() => city.gauge('matcher-1', 'position_cells'), POLL).toBe(before);
});
