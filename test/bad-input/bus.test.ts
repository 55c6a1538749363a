import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandClient, connectBus } from '#libs/bus';
import {
  demandSubject,
  DRIVER_ATTENDED_SUBJECT,
  DRIVER_CHANGED_SUBJECT,
  driverPushSubject,
  encodePositionBatch,
  getShardMap,
  getTrip,
  goOnline,
  makeOffers,
  newId,
  pickupEtaSubject,
  POSITIONS_RESEND_SUBJECT,
  positionSubject,
  riderPushSubject,
  SHARD_MAP_SUBJECT,
  driverTicketSubject,
  riderTicketSubject,
  trackSubject,
  type OfferProposal,
  type PositionRecord,
  type TripId,
} from '#libs/contracts';
import { cellKeyToH3, pickupCellOf, positionCellOf } from '#libs/geo';
import { route, ShardMap } from '#libs/ownership';
import { systemClock } from '#libs/service';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { onlineBody } from '../phones/driver-phone.ts';
import { expectNothingLost, expectServing, expectWell } from './well-being.ts';
import { PLAYED_PEOPLE } from '../../dev/services/service-environment.ts';

/** A string in the form of a cell that is not a cell. */
const TOO_FINE = '8f2a1072b59ab21';
const GARBAGE: readonly (string | Uint8Array)[] = [
  '',
  'x',
  '{',
  'null',
  '[]',
  '0',
  '"text"',
  '{}',
  '{"__proto__":{"shards":[]}}',
  '{"pattern":"x","data":{},"id":"1"}',
  JSON.stringify({ shards: [{ shard: TOO_FINE, epoch: 1, owner: 'ghost' }], cells: [TOO_FINE] }),
  JSON.stringify({ shard: TOO_FINE, epoch: 1, trip_id: newId('trip'), pickup: ROSSIO, product: 'xl' }),
  JSON.stringify({ driver_id: 'driver_1', instance: 'a.b', session: -1, driver_version: 'x' }),
  Uint8Array.of(0xff, 0xfe, 0),
  '['.repeat(50_000),
  'x'.repeat(900_000),
];

let city: TestCity;
let bus: NatsConnection;
let commands: CommandClient;
let acknowledged = 0;

beforeAll(async () => {
  city = await TestCity.start(undefined, { env: PLAYED_PEOPLE });
  bus = await connectBus({ servers: city.world.nats.urls }, 'bad-input');
  commands = new CommandClient({ servers: city.world.nats.urls }, 'bad-input-commands', systemClock());
  await commands.connect();
});
afterAll(async () => {
  await commands?.close();
  await bus?.close();
  await city?.stop();
});

async function expectStillWell(): Promise<void> {
  await bus.flush();
  await expectWell(city);
  acknowledged += 1;
  await expectNothingLost(city, acknowledged);
}

async function metric(instance: string, name: string): Promise<number> {
  const text = await (await fetch(`${city.url(instance)}/metrics`)).text();
  return Number(new RegExp(`^hailgrid_${name}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

test('garbage on every subject in use', { timeout: 120_000 }, async () => {
  const subjects = new Set([
    SHARD_MAP_SUBJECT,
    POSITIONS_RESEND_SUBJECT,
    DRIVER_ATTENDED_SUBJECT,
    DRIVER_CHANGED_SUBJECT,
    driverTicketSubject('driver-api-1'),
    riderTicketSubject('rider-api-1'),
    ...['matcher-1', 'matcher-2'].flatMap((matcher) => [demandSubject(matcher), pickupEtaSubject(matcher)]),
  ]);
  const rider = await city.rider();
  await rider.connect();
  const driver = await city.driverAt(ROSSIO);
  const overheard = bus.subscribe('>', { callback: (_, { subject }) => void subjects.add(subject) });
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  acknowledged += 1;
  await driver.accept(await driver.offer());
  await rider.untilEvent('accepted');
  for (const subject of [
    'trips.create',
    riderPushSubject(rider.riderId),
    driverPushSubject(driver.driverId),
    trackSubject(tripId),
    positionSubject(cellKeyToH3(positionCellOf(ROSSIO))),
  ])
    await expect.poll(() => [...subjects], { timeout: 10_000 }).toContain(subject);
  overheard.unsubscribe();

  for (const subject of subjects) {
    for (const message of GARBAGE) bus.publish(subject, message);
    await bus.flush();
  }
  await driver.drive(tripId);
  await rider.untilEvent('completed');
  const seqs = rider.frames.flatMap((frame) => (frame.type === 'trip' ? [frame.seq] : []));
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => (a ?? 0) - (b ?? 0)));
  expect(rider.frames.filter(({ type }) => type === 'error')).toEqual([]);
  await driver.goHome();
  await expectStillWell();
});

test('a malformed command is refused, not left to its timeout', async () => {
  for (const message of GARBAGE.filter((each) => each.length < 100_000)) {
    const reply = await bus.request(getTrip.subject, message, { timeout: 5_000 });
    expect(reply.json()).toMatchObject({ response: { ok: false, error: { code: 'invalid_request' } } });
  }
});

test('malformed position batches are counted, and the valid ones among them are applied', async () => {
  const subject = positionSubject(cellKeyToH3(positionCellOf(ROSSIO)));
  const record = (part: Partial<PositionRecord> = {}): PositionRecord => ({
    driverId: newId('driver'),
    session: 1,
    seq: 1,
    ...ROSSIO,
    recordedAtMs: Date.now(),
    freeAtMs: 0,
    status: 'on_trip',
    statusVersion: 1,
    product: 'standard',
    left: false,
    headingDeg: undefined,
    speedMps: undefined,
    rideEnd: undefined,
    booked: false,
    ...part,
  });
  const batch = (part: Partial<PositionRecord> = {}, sentAtMs = Date.now()): Buffer =>
    Buffer.from(encodePositionBatch({ sentAtMs, records: [record(part)] }));
  const otherVersion = batch();
  otherVersion.writeUInt8(3, 2);
  const wrong = [
    Buffer.alloc(0),
    Buffer.from('{}'),
    batch().subarray(0, -1),
    Buffer.concat([batch(), Buffer.alloc(1)]),
    otherVersion,
    batch({}, NaN),
    batch({ recordedAtMs: NaN }),
    batch({ freeAtMs: -Infinity }),
    batch({ statusVersion: Infinity }),
  ];
  const hearing = ['matcher-1', 'matcher-2'];
  const malformed = () =>
    Promise.all(hearing.map((each) => metric(each, 'position_batches_malformed_total')));
  const before = await malformed();
  for (const payload of wrong) bus.publish(subject, payload);
  bus.publish(subject, batch({ lat: 200 }));
  await expect
    .poll(async () => Math.max(...(await malformed()).map((count, index) => count - before[index]!)))
    .toBe(wrong.length);
  bus.publish(subject, batch());
  await expect
    .poll(async () =>
      Math.max(...(await Promise.all(hearing.map((each) => metric(each, 'drivers_on_trip'))))),
    )
    .toBe(1);
  await expectStillWell();
});

test('offers that a matcher may not make', async () => {
  const rider = await city.rider();
  const stranger = await city.rider();
  // No driver drives premium, so the trip stays open.
  const { body: quote } = await rider.post<{ quote_id: string }>('/v1/quotes', {
    product: 'premium',
    pickup: ROSSIO,
    dropoff: ESTRELA,
  });
  const [open, other] = await Promise.all([
    rider.requestTrip(quote.quote_id, 'open').then(({ body }) => body.trip_id),
    stranger.ride(ROSSIO, ESTRELA).then(({ trip_id }) => trip_id),
  ]);
  acknowledged += 2;
  const { shard, epoch, owner } = route(
    ShardMap.of((await commands.call(getShardMap, {})).shards),
    pickupCellOf(ROSSIO),
  )!;
  const unknown = newId('driver');
  const proposal = (trip_id: TripId, part: Partial<OfferProposal> = {}): OfferProposal => ({
    trip_id,
    driver_id: unknown,
    shard,
    epoch,
    pickup_eta_s: 60,
    pickup_distance_m: 400,
    ...part,
  });
  const reasons = async (matcher: string, ...offers: OfferProposal[]) =>
    (await commands.call(makeOffers, { matcher, offers })).outcomes.map((outcome) =>
      outcome.result === 'refused' ? outcome.reason : outcome.result,
    );

  expect(await reasons(owner, proposal(open, { epoch: epoch - 1 }))).toEqual(['stale_epoch']);
  expect(await reasons(owner, proposal(open, { epoch: epoch + 1 }))).toEqual(['stale_epoch']);
  expect(await reasons('matcher-9', proposal(open))).toEqual(['stale_epoch']);
  expect(await reasons(owner, proposal(open, { shard: '8928308280fffff' }))).toEqual(['stale_epoch']);
  expect(await reasons(owner, proposal(newId('trip')))).toEqual(['trip_not_open']);
  expect(await reasons(owner, proposal(open))).toEqual(['driver_unavailable']);
  for (const offers of [[], [proposal(open, { pickup_eta_s: -1 })], [proposal('trip_1')]])
    await expect(commands.call(makeOffers, { matcher: owner, offers })).rejects.toMatchObject({
      code: 'invalid_request',
    });

  const { driver_id: driver } = await commands.call(goOnline, {
    driver_id: newId('driver'),
    product: 'premium',
    vehicle: onlineBody.vehicle,
  });
  const twice = await reasons(
    owner,
    proposal(open, { driver_id: driver }),
    proposal(open, { driver_id: driver }),
    proposal(other, { driver_id: driver }),
  );
  expect(twice).toEqual(['offered', 'trip_not_open', 'driver_unavailable']);
  expect(await reasons(owner, proposal(open, { driver_id: driver }))).toEqual(['trip_not_open']);
  expect(await city.rows('SELECT * FROM driver_claim')).toHaveLength(1);
  for (const [phone, tripId] of [
    [rider, open],
    [stranger, other],
  ] as const)
    expect(await phone.post(`/v1/trips/${tripId}/cancel`)).toMatchObject({ status: 200 });
  await expectStillWell();
});

test('an impostor that answers commands with garbage delays callers, and crashes no service', async () => {
  const rider = await city.rider();
  await rider.ride(ROSSIO, ESTRELA);
  acknowledged += 1;
  const impostor = bus.subscribe('trips.>', {
    callback: (_, message) => {
      for (const garbage of ['x', '{', 'null', '[]', '{"response":{"ok":true,"value":7}}'])
        message.respond(garbage);
    },
  });
  await bus.flush();
  for (let request = 0; request < 10; request += 1) {
    const { status, body } = await rider.get<{ code?: string }>('/v1/trips');
    expect(['200 undefined', '503 unavailable']).toContain(`${status} ${body.code}`);
  }
  impostor.unsubscribe();
  await bus.flush();
  const { body } = await rider.get<{ data: { trip_id: string }[] }>('/v1/trips');
  expect(body.data).toHaveLength(1);
  const [trip] = body.data;
  expect(await rider.post(`/v1/trips/${trip?.trip_id}/cancel`)).toMatchObject({ status: 200 });
  // Its callers have logged errors, as they should.
  await expectServing(city);
  await expectNothingLost(city, acknowledged + 1);
});
