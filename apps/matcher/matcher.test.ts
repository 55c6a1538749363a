import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NatsConnection } from '@nats-io/transport-node';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { commandTransport, connectBus, HandleCommand, publishJson, requestJson } from '#libs/bus';
import {
  demandNudgeReply,
  demandSubject,
  encodePositionBatch,
  getShardMap,
  HailgridError,
  joinShards,
  leaveShards,
  makeOffers,
  newId,
  openDemand,
  pickupEtaReply,
  pickupEtaSubject,
  readShardClaims,
  POSITIONS_RESEND_SUBJECT,
  positionSubject,
  readOpenTrip,
  SHARD_MAP_SUBJECT,
  toTimestamp,
  type CommandInput,
  type CommandOutput,
  type DriverId,
  type OfferOutcome,
  type OpenTrip,
  type PositionRecord,
  type ResendRequest,
  type TripId,
} from '#libs/contracts';
import { cellKeyToH3, positionCellOf, shardCellOf, type Point } from '#libs/geo';
import { ShardMap } from '#libs/ownership';
import { createApp, readConfig, serviceParts, systemClock } from '#libs/service';
import { testNats, type TestNats } from '../../dev/test-world/nats.ts';
import { matcherConfig } from './config.ts';
import { MatcherModule } from './matcher.module.ts';

const PICKUP: Point = { lat: 38.72, lng: -9.14 };
const SHARD = cellKeyToH3(shardCellOf(PICKUP));
const SELF = 'matcher-1';
const OTHER = 'matcher-2';
const ANSWER_LIMIT_MS = 2_000;

/** Fakes `trips` behind its real commands: one shard, trips and claims in memory, the epoch checked at each offer. */
@Controller()
class FakeTrips {
  map = ShardMap.of([{ shard: SHARD, epoch: 3, owner: null }]);
  readonly open = new Map<TripId, OpenTrip>();
  readonly claimed = new Set<DriverId>();
  readonly offered: CommandInput<typeof makeOffers>['offers'] = [];
  readonly refused: Extract<OfferOutcome, { result: 'refused' }>[] = [];
  readonly commands: string[] = [];
  sweepsAnswered = true;
  /** If set, reads of single trips return null once this resolves. */
  lateNull: Promise<void> | undefined;
  #driverVersion = 100;

  give(owner: string | null): void {
    const epoch = (this.map.claim(SHARD)?.epoch ?? 0) + 1;
    this.map = this.map.merge([{ shard: SHARD, epoch, owner }]).map;
  }

  reportFailure(): void {}

  @HandleCommand(joinShards)
  async join({ matcher }: CommandInput<typeof joinShards>): Promise<CommandOutput<typeof joinShards>> {
    this.commands.push('join');
    this.give(matcher);
    return { shards: this.map.claims() };
  }

  @HandleCommand(leaveShards)
  async leave(): Promise<CommandOutput<typeof leaveShards>> {
    this.commands.push('leave');
    this.give(null);
    return { shards: [] };
  }

  @HandleCommand(getShardMap)
  async shardMap(): Promise<CommandOutput<typeof getShardMap>> {
    return { shards: this.map.claims(), more: false };
  }

  @HandleCommand(readShardClaims)
  async claims({
    shards,
  }: CommandInput<typeof readShardClaims>): Promise<CommandOutput<typeof readShardClaims>> {
    return { shards: this.map.claims().filter(({ shard }) => shards.includes(shard)) };
  }

  @HandleCommand(openDemand)
  async sweep({
    matcher,
    shards,
  }: CommandInput<typeof openDemand>): Promise<CommandOutput<typeof openDemand>> {
    if (!this.sweepsAnswered) throw new HailgridError('unavailable', 'no sweeps');
    const claim = this.map.claim(SHARD)!;
    const owns = claim.owner === matcher && shards.every(({ epoch }) => epoch === claim.epoch);
    return { trips: owns ? [...this.open.values()] : [], moved: owns ? [] : [claim], truncated: false };
  }

  @HandleCommand(readOpenTrip)
  async read({ trip_id }: CommandInput<typeof readOpenTrip>): Promise<CommandOutput<typeof readOpenTrip>> {
    this.commands.push('read');
    if (this.lateNull === undefined) return this.open.get(trip_id) ?? null;
    await this.lateNull;
    return null;
  }

  @HandleCommand(makeOffers)
  async offer({
    matcher,
    offers,
  }: CommandInput<typeof makeOffers>): Promise<CommandOutput<typeof makeOffers>> {
    this.commands.push('offer');
    return { outcomes: offers.map((proposal) => this.#offerOne(matcher, proposal)) };
  }

  #offerOne(matcher: string, proposal: CommandInput<typeof makeOffers>['offers'][number]): OfferOutcome {
    const { trip_id, driver_id, shard, epoch } = proposal;
    const claim = this.map.claim(shard);
    const trip = this.open.get(trip_id);
    const refuse = (reason: (typeof this.refused)[number]['reason']): OfferOutcome => {
      const outcome = { result: 'refused', trip_id, driver_id, reason } as const;
      this.refused.push(outcome);
      return outcome;
    };
    if (claim?.owner !== matcher || claim.epoch !== epoch) return refuse('stale_epoch');
    if (trip === undefined || trip.offered) return refuse('trip_not_open');
    if (trip.excluded_driver_ids.includes(driver_id)) return refuse('driver_excluded');
    if (this.claimed.has(driver_id)) return refuse('driver_claimed');
    this.claimed.add(driver_id);
    this.open.set(trip_id, { ...trip, offered: true, seq: trip.seq + 1 });
    this.offered.push(proposal);
    return {
      result: 'offered',
      trip_id,
      driver_id,
      offer_id: newId('offer'),
      expires_at: toTimestamp(Date.now() + 15_000),
      driver_version: ++this.#driverVersion,
      trip_seq: trip.seq + 1,
    };
  }
}

@Module({ controllers: [FakeTrips] })
class FakeTripsModule {}

let nats: TestNats;
let bus: NatsConnection;
let service: INestMicroservice;
let trips: FakeTrips;
let matcher: NestFastifyApplication | undefined;
/** Cells whose positions the matcher has requested; by then it listens to them. */
let listensTo: Set<string>;

beforeAll(async () => {
  nats = await testNats();
});
afterAll(async () => {
  await nats.stop();
});
beforeEach(async () => {
  bus = await connectBus({ servers: nats.urls }, 'test');
  listensTo = new Set();
  bus.subscribe(POSITIONS_RESEND_SUBJECT, {
    callback: (_, message) => message.json<ResendRequest>().cells.forEach((cell) => listensTo.add(cell)),
  });
  await bus.flush();
  await startTrips();
});
afterEach(async () => {
  await matcher?.close();
  matcher = undefined;
  await service.close();
  await bus.close();
});

async function startTrips(): Promise<void> {
  service = await NestFactory.createMicroservice(FakeTripsModule, {
    ...commandTransport({ servers: nats.urls }, 'trips-1', 'trips', systemClock()),
    logger: false,
  });
  await service.listen();
  trips = service.get(FakeTrips);
}

async function startMatcher(): Promise<NestFastifyApplication> {
  const config = readConfig(matcherConfig, {
    HAILGRID_MODE: 'development',
    HAILGRID_INSTANCE: SELF,
    HAILGRID_NATS_URLS: nats.url,
    HAILGRID_LOG_LEVEL: 'silent',
    HAILGRID_ROUND_INTERVAL_MS: '50',
  });
  matcher = await createApp(MatcherModule, serviceParts('matcher', config));
  await matcher.init();
  await matcher.getHttpAdapter().getInstance().ready();
  return matcher;
}

/** Starts a matcher and waits until it owns its shard and listens to positions. */
async function readyMatcher(): Promise<NestFastifyApplication> {
  const app = await startMatcher();
  await until(async () => expect((await get('/health/ready')).statusCode).toBe(200));
  await until(() => expect(listensTo).toContain(cellKeyToH3(positionCellOf(PICKUP))));
  return app;
}

const get = (url: string) => matcher!.inject({ method: 'GET', url });

/** One sample of the metrics, labels in any order. */
async function metric(name: string, labels = ''): Promise<number | undefined> {
  const lines = (await get('/metrics')).body.split('\n');
  const line = lines.find(
    (candidate) => candidate.startsWith(`hailgrid_${name}{`) && candidate.includes(labels),
  );
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

const until = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });

function openTrip(changes: Partial<OpenTrip> = {}): OpenTrip {
  const now = Date.now();
  return {
    trip_id: newId('trip'),
    seq: 1,
    shard: SHARD,
    product: 'standard',
    pickup: PICKUP,
    dropoff: { lat: 38.74, lng: -9.13 },
    trip_s: 600,
    requested_at: toTimestamp(now),
    search_deadline_at: toTimestamp(now + 300_000),
    offered: false,
    excluded_driver_ids: [],
    pauses: [],
    driver_id: null,
    swaps: 0,
    ...changes,
  };
}

/** Publishes a free driver, `hundredMeters` × 100 m north of the pickup. */
function drive(hundredMeters: number, changes: Partial<PositionRecord> = {}): DriverId {
  const point = { lat: PICKUP.lat + hundredMeters * 0.0009, lng: PICKUP.lng };
  const record: PositionRecord = {
    driverId: newId('driver'),
    session: 1,
    seq: 1,
    ...point,
    recordedAtMs: Date.now(),
    freeAtMs: 0,
    status: 'free',
    statusVersion: 1,
    product: 'standard',
    left: false,
    headingDeg: undefined,
    speedMps: undefined,
    rideEnd: undefined,
    booked: false,
    ...changes,
  };
  const batch = encodePositionBatch({ sentAtMs: Date.now(), records: [record] });
  bus.publish(positionSubject(cellKeyToH3(positionCellOf(point))), batch);
  return record.driverId;
}

const epoch = (): number => trips.map.claim(SHARD)!.epoch;

const nudge = (tripId: TripId, atEpoch = epoch()) =>
  requestJson(
    bus,
    demandSubject(SELF),
    { shard: SHARD, epoch: atEpoch, trip_id: tripId },
    demandNudgeReply,
    ANSWER_LIMIT_MS,
  );

test('joins, asks for positions, and offers a nudged trip to the nearest driver at the epoch of its shard', async () => {
  await readyMatcher();
  drive(12);
  const nearest = drive(3);
  await until(async () => expect(await metric('drivers_free')).toBe(2));
  const trip = openTrip();
  trips.open.set(trip.trip_id, trip);
  expect(await nudge(trip.trip_id)).toEqual({ result: 'noted' });
  await until(() => expect(trips.offered).toHaveLength(1));
  expect(trips.offered[0]).toMatchObject({
    trip_id: trip.trip_id,
    driver_id: nearest,
    shard: SHARD,
    epoch: epoch(),
  });
  await until(async () => expect(await metric('drivers_offered')).toBe(1));
  expect(await metric('offers_made_total')).toBe(1);
});

test('finds a trip without a nudge by its own sweep, and forgets it when it is no longer open', async () => {
  await readyMatcher();
  const trip = openTrip();
  trips.open.set(trip.trip_id, trip);
  await until(async () => expect(await metric('trips_open')).toBe(1));
  trips.open.delete(trip.trip_id);
  await until(async () => expect(await metric('trips_open')).toBe(0));
});

test('a driver who was claimed elsewhere costs the trip a retry, not a round', async () => {
  await readyMatcher();
  const taken = drive(1);
  const next = drive(2);
  trips.claimed.add(taken);
  await until(async () => expect(await metric('drivers_free')).toBe(2));
  const trip = openTrip();
  trips.open.set(trip.trip_id, trip);
  await nudge(trip.trip_id);
  await until(() => expect(trips.offered.map(({ driver_id }) => driver_id)).toEqual([next]));
  expect(trips.refused).toMatchObject([{ driver_id: taken, reason: 'driver_claimed' }]);
  await until(async () => expect(await metric('round_retries_total')).toBe(1));
});

test('one driver and many trips: one offer, and no other while it is open', async () => {
  await readyMatcher();
  drive(1);
  await until(async () => expect(await metric('drivers_free')).toBe(1));
  for (const trip of Array.from({ length: 20 }, () => openTrip())) trips.open.set(trip.trip_id, trip);
  await until(async () => expect(await metric('trips_open')).toBe(20));
  await until(() => expect(trips.offered).toHaveLength(1));
  const rounds = (await metric('round_seconds_count'))!;
  await until(async () => expect(await metric('round_seconds_count')).toBeGreaterThan(rounds + 5));
  expect(trips.offered).toHaveLength(1);
  expect(trips.refused).toEqual([]);
});

test('drops shard and demand once a hint made it read of another owner, and stands by', async () => {
  await readyMatcher();
  const trip = openTrip();
  trips.open.set(trip.trip_id, trip);
  await until(async () => expect(await metric('trips_open')).toBe(1));
  const before = epoch();
  trips.give(OTHER);
  const claim = { shard: SHARD, epoch: before + 1, owner: OTHER };
  publishJson(bus, SHARD_MAP_SUBJECT, { shards: [claim] });
  await until(async () => expect(await nudge(trip.trip_id, before)).toEqual({ result: 'moved', claim }));
  expect(await metric('trips_open')).toBe(0);
  expect(await metric('position_cells')).toBe(0);
  const health = await get('/health/ready');
  expect(health.statusCode).toBe(200);
  expect(health.json()).toMatchObject({ status: 'ok', checks: { membership: 'ok' } });
  expect(await metric('matcher_idle')).toBe(1);
});

test('an offer that is refused for its epoch ends the ownership without any message', async () => {
  await readyMatcher();
  trips.sweepsAnswered = false;
  const before = epoch();
  trips.give(OTHER);
  const trip = openTrip();
  trips.open.set(trip.trip_id, trip);
  await nudge(trip.trip_id, before);
  drive(1);
  // Well before the next periodic read of the map.
  await vi.waitFor(async () => expect(await metric('shards_owned')).toBe(0), ANSWER_LIMIT_MS);
  expect(await metric('offers_refused_total', 'reason="stale_epoch"')).toBe(1);
  expect(await metric('trips_open')).toBe(0);
});

test('a late reply that a trip was not open does not hide the trip once it is open again', async () => {
  await readyMatcher();
  const trip = openTrip();
  trips.open.set(trip.trip_id, trip);
  await until(async () => expect(await metric('trips_open')).toBe(1));
  let answer = (): void => {};
  trips.lateNull = new Promise((resolve) => (answer = resolve));
  await nudge(trip.trip_id);
  await until(() => expect(trips.commands).toContain('read'));
  trips.open.set(trip.trip_id, { ...trip, seq: 3 });
  const sweeps = (await metric('demand_sweeps_total'))!;
  await until(async () => expect(await metric('demand_sweeps_total')).toBeGreaterThan(sweeps + 1));
  answer();
  const driver = drive(1);
  await until(() => expect(trips.offered).toMatchObject([{ trip_id: trip.trip_id, driver_id: driver }]));
});

test('answers an older epoch with `moved` and its own claim, and reloads the map at a newer epoch', async () => {
  await readyMatcher();
  const current = { shard: SHARD, epoch: epoch(), owner: SELF };
  expect(await nudge(newId('trip'), epoch() - 1)).toEqual({ result: 'moved', claim: current });
  trips.sweepsAnswered = false;
  trips.give(OTHER);
  expect(await nudge(newId('trip'), epoch())).toEqual({ result: 'moved', claim: null });
  // Well before the next periodic read of the map.
  await vi.waitFor(async () => expect(await metric('shards_owned')).toBe(0), ANSWER_LIMIT_MS);
});

test('gives a quote the pickup time of the nearest driver of its product', async () => {
  await readyMatcher();
  drive(10);
  await until(async () => expect(await metric('drivers_free')).toBe(1));
  const ask = (product: string, atEpoch = epoch()) =>
    requestJson(
      bus,
      pickupEtaSubject(SELF),
      { shard: SHARD, epoch: atEpoch, pickup: PICKUP, product },
      pickupEtaReply,
      ANSWER_LIMIT_MS,
    );
  const reply = await ask('standard');
  // One kilometre in a straight line at 7 m/s with a detour factor of 1.3 takes 186 s; from cell to cell about that.
  expect([150, 180, 210, 240]).toContain(reply.result === 'eta' ? reply.pickup_eta_s : undefined);
  expect(await ask('xl')).toEqual({ result: 'eta', pickup_eta_s: null });
  expect(await ask('standard', epoch() - 1)).toMatchObject({ result: 'moved' });
});

test('counts a malformed payload and continues', async () => {
  await readyMatcher();
  bus.publish(positionSubject(cellKeyToH3(positionCellOf(PICKUP))), 'not a batch');
  drive(1);
  await until(async () => expect(await metric('drivers_free')).toBe(1));
  expect(await metric('position_batches_malformed_total')).toBe(1);
});

test('starts before `trips`, and joins when it answers', async () => {
  await service.close();
  await startMatcher();
  expect((await get('/health/ready')).json()).toMatchObject({
    checks: { membership: 'has not joined the matchers yet' },
  });
  await startTrips();
  await until(async () => expect((await get('/health/ready')).statusCode).toBe(200));
});

test('resumes matching by itself after an outage of `trips`', async () => {
  await readyMatcher();
  const driver = drive(1);
  await until(async () => expect(await metric('drivers_free')).toBe(1));
  const [map, trip] = [trips.map, openTrip()];
  trips.open.set(trip.trip_id, trip);
  trips.claimed.add(driver);
  await until(async () => expect(await metric('trips_open')).toBe(1));
  await service.close();
  await until(async () => expect(await metric('rounds_failed_total')).toBeGreaterThan(0));
  await startTrips();
  trips.map = map;
  trips.open.set(trip.trip_id, trip);
  await until(() => expect(trips.offered).toMatchObject([{ trip_id: trip.trip_id, driver_id: driver }]));
});

test('hands its shards back when it stops, and makes no offer afterwards', async () => {
  const app = await readyMatcher();
  drive(1);
  await until(async () => expect(await metric('drivers_free')).toBe(1));
  const trip = openTrip();
  trips.open.set(trip.trip_id, trip);
  await until(() => expect(trips.offered).toHaveLength(1));
  await app.close();
  matcher = undefined;
  expect(trips.commands.at(-1)).toBe('leave');
  expect(trips.map.claim(SHARD)?.owner).toBeNull();
});
