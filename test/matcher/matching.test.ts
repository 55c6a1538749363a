import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { CommandClient, connectBus } from '#libs/bus';
import {
  answerOffer,
  cancelTrip,
  createQuote,
  createTrip,
  getShardMap,
  getTrip,
  newId,
  toTimestamp,
  type RiderId,
  type TripId,
  type TripRecord,
} from '#libs/contracts';
import { cellKeyFromH3, cellKeyToH3, greatCircleM, pickupCellOf, type Point } from '#libs/geo';
import { route, ShardMap } from '#libs/ownership';
import { startServices, type TestWorld } from '../../stack/test-world/index.ts';
import { StreamedDriver } from './streamed-driver.ts';

const POLL = { timeout: 20_000, interval: 50 };

let world: TestWorld;
let bus: NatsConnection;
let commands: CommandClient;
let drivers: StreamedDriver[] = [];
let requested: { rider_id: RiderId; trip_id: TripId }[] = [];

beforeAll(async () => {
  world = await startServices(['dev-issuer', 'trips', 'matcher', 'matcher']);
  bus = await connectBus([...world.nats.urls], 'test');
  commands = new CommandClient([...world.nats.urls], 'test-commands', 1);
  await commands.connect();
  await vi.waitUntil(async () => (await owners()).size === 2, POLL);
});
afterEach(async () => {
  // Nothing is left over that would compete for the next test's drivers and trips.
  await Promise.all(requested.map((trip) => commands.call(cancelTrip, trip)));
  await Promise.all(drivers.map((driver) => driver.goOffline(commands)));
  requested = [];
  drivers = [];
});
afterAll(async () => {
  await commands?.close();
  await bus?.close();
  await world?.stop();
});

async function shardMap(): Promise<ShardMap> {
  return ShardMap.of((await commands.call(getShardMap, {})).shards);
}

const owners = async (): Promise<Set<string | null>> =>
  new Set((await shardMap()).claims().map(({ owner }) => owner));

async function driverAt(point: Point): Promise<StreamedDriver> {
  const driver = await StreamedDriver.online(bus, commands, point);
  drivers.push(driver);
  return driver;
}

async function requestTrip(pickup: Point): Promise<TripId> {
  const rider_id = newId('rider');
  const nowMs = Date.now();
  const { quote_id } = await commands.call(createQuote, {
    rider_id,
    product: 'standard',
    pickup,
    dropoff: { lat: pickup.lat + 0.01, lng: pickup.lng },
    pickup_cell: cellKeyToH3(pickupCellOf(pickup)),
    fare: { amount_minor: 900, currency: 'EUR' },
    distance_m: 1_500,
    trip_s: 300,
    pickup_eta_s: null,
    created_at: toTimestamp(nowMs),
    expires_at: toTimestamp(nowMs + 60_000),
  });
  const idempotency = { key: rider_id, request_digest: 'd'.repeat(64) };
  const { trip_id } = await commands.call(createTrip, { rider_id, quote_id, idempotency });
  requested.push({ rider_id, trip_id });
  return trip_id;
}

const readTrip = (tripId: TripId): Promise<TripRecord> =>
  commands.call(getTrip, { trip_id: tripId, reader: { role: 'operator' } });

/** Waits until the trip is offered to that driver. */
async function offeredTo(tripId: TripId, driver: StreamedDriver): Promise<void> {
  await expect.poll(async () => (await readTrip(tripId)).offer?.driver_id, POLL).toBe(driver.driverId);
}

/** Two points a few hundred metres apart, one on each side of a line between shards of different matchers. */
async function acrossTheLine(): Promise<readonly [Point, Point]> {
  const map = await shardMap();
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
  throw new Error('no line between matchers in the service area');
}

test('a trip goes to the nearest driver, and to the next one when that one declines', async () => {
  const pickup = { lat: 38.715, lng: -9.14 };
  const near = await driverAt({ lat: 38.716, lng: -9.14 });
  const far = await driverAt({ lat: 38.722, lng: -9.14 });
  await expect.poll(async () => driversInSight(), POLL).toBeGreaterThanOrEqual(2);
  const tripId = await requestTrip(pickup);
  await offeredTo(tripId, near);
  await expect.poll(() => near.offers.length, POLL).toBe(1);
  await commands.call(answerOffer, {
    driver_id: near.driverId,
    offer_id: near.offers[0]!,
    answer: 'decline',
  });
  await offeredTo(tripId, far);
  const { excluded_driver_ids, offer } = await readTrip(tripId);
  expect(excluded_driver_ids).toEqual([near.driverId]);
  await commands.call(answerOffer, { driver_id: far.driverId, offer_id: offer!.offer_id, answer: 'accept' });
  expect((await readTrip(tripId)).state).toBe('accepted');
});

test('a pickup next to the line between two matchers is served by a driver from beyond it', async () => {
  const [pickup, beyond] = await acrossTheLine();
  expect(greatCircleM(pickup, beyond)).toBeLessThan(500);
  const driver = await driverAt(beyond);
  await offeredTo(await requestTrip(pickup), driver);
});

test('a matcher that leaves hands its open demand on with its shards', async () => {
  const pickup = { lat: 38.73, lng: -9.15 };
  const tripId = await requestTrip(pickup);
  const before = (await shardMap()).claimContaining(pickupCellOf(pickup))!;
  await world.service(before.owner!).stop();
  const after = (await shardMap()).claim(before.shard)!;
  expect(after.owner).not.toBe(before.owner);
  expect(after.epoch).toBe(before.epoch + 1);
  expect(cellKeyFromH3(after.shard)).toBe(cellKeyFromH3(before.shard));
  const driver = await driverAt({ lat: 38.731, lng: -9.15 });
  await offeredTo(tripId, driver);
  await world.service(before.owner!).restart();
  await expect.poll(async () => (await owners()).size, POLL).toBe(2);
});

/** Free drivers that the matchers see, those seen by both counted twice. */
async function driversInSight(): Promise<number> {
  const counts = await Promise.all(
    ['matcher-1', 'matcher-2'].map(async (instance) => {
      const metrics = await (await fetch(`${world.service(instance).url}/metrics`)).text();
      return Number(/^hailgrid_drivers_free\{.*\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
    }),
  );
  return Math.max(...counts);
}
