import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  cancelTrip,
  getDriver,
  newId,
  POSITIONS_RESEND_SUBJECT,
  positionSubject,
  toTimestamp,
  trackSubject,
  type DriverServerFrame,
  type DriverView,
  type PositionsResult,
} from '#libs/contracts';
import { cellKeyToH3, positionCellOf } from '#libs/geo';
import { systemClock } from '#libs/service';
import { PLAYED_PEOPLE } from '../../dev/services/service-environment.ts';
import { startServices, type TestWorld } from '../../dev/test-world/index.ts';
import { DispatchDesk } from './dispatch-desk.ts';
import { DriverPhone, onlineBody } from '../phones/driver-phone.ts';
import { PositionEar } from './position-ear.ts';

/** Fast enough for a driver's grace period to end within seconds. */
const CLOCK = { speed: 10, originMs: Date.now() };
const PICKUP = { lat: 38.7223, lng: -9.1393 };
const DROPOFF = { lat: 38.71, lng: -9.13 };
const clock = systemClock(CLOCK.speed, CLOCK.originMs);

let world: TestWorld;
let desk: DispatchDesk;
let ear: PositionEar;
let here: string;
let there: string;
const phones: DriverPhone[] = [];

beforeAll(async () => {
  // A vanished driver keeps its trip here for longer than it stays online without one.
  const env = {
    ...PLAYED_PEOPLE,
    HAILGRID_OFFER_TTL_MS: '120000',
    HAILGRID_SEARCH_DEADLINE_MS: '3600000',
    HAILGRID_SILENT_ACCEPTED_MS: '3600000',
  };
  world = await startServices(['dev-issuer', 'trips', 'driver-api', 'driver-api'], { clock: CLOCK, env });
  here = world.service('driver-api-1').url;
  there = world.service('driver-api-2').url;
  desk = await DispatchDesk.open(world.nats.urls, clock);
  ear = await PositionEar.open(world.nats.urls);
});

afterAll(async () => {
  for (const phone of phones) phone.hangUp();
  await desk?.close();
  await ear?.close();
  await world?.stop();
});

async function newPhone(): Promise<DriverPhone> {
  const phone = await DriverPhone.register(world.service('dev-issuer-1').url, here, clock);
  phones.push(phone);
  return phone;
}

/** A driver with a socket, online at the pickup. */
async function driverAtPickup(url = here): Promise<{ phone: DriverPhone; session: number }> {
  const phone = await newPhone();
  await phone.connect(url);
  const session = await phone.online();
  phone.send({ type: 'position', data: phone.ping(session, PICKUP.lat, PICKUP.lng) });
  await ear.until(phone.driverId, ({ status, session: heard }) => status === 'free' && heard === session);
  return { phone, session };
}

const codeOf = (frame: DriverServerFrame): string | undefined =>
  frame.type === 'error' ? frame.data.code : undefined;

test('a trip, from the offer to the dropoff, over the socket', async () => {
  const { phone, session } = await driverAtPickup();
  const { tripId } = await desk.requestTrip(PICKUP, DROPOFF);
  const tracked: { point: unknown }[] = [];
  ear.bus.subscribe(trackSubject(tripId), { callback: (_, message) => void tracked.push(message.json()) });
  await desk.offer(tripId, phone.driverId, PICKUP);

  const offer = await phone.next('offer');
  expect(offer.data).toMatchObject({ trip_id: tripId, pickup: PICKUP, pickup_eta_s: 60 });
  await ear.until(phone.driverId, ({ status }) => status === 'offered');

  const accepted = await phone.ask('accept', { offer_id: offer.data.offer_id });
  expect(accepted).toMatchObject({ type: 'ack', data: { trip: { trip_id: tripId, state: 'accepted' } } });
  await ear.until(phone.driverId, ({ status }) => status === 'on_trip');

  phone.send({ type: 'position', data: phone.ping(session, PICKUP.lat, PICKUP.lng, { heading_deg: 90 }) });
  await expect.poll(() => tracked.length).toBe(1);
  expect(tracked[0]).toMatchObject({ trip_id: tripId, point: PICKUP, heading_deg: 90 });

  for (const [step, state] of [
    ['arrived', 'arrived'],
    ['start', 'in_progress'],
    ['complete', 'completed'],
  ] as const) {
    expect(await phone.ask(step, { trip_id: tripId })).toMatchObject({
      type: 'ack',
      data: { trip: { state } },
    });
  }
  const versions = ear.of(phone.driverId).map(({ statusVersion }) => statusVersion);
  await ear.until(
    phone.driverId,
    ({ status, statusVersion }) => status === 'free' && statusVersion > Math.max(...versions.slice(0, 2)),
  );
  phone.send({ type: 'position', data: phone.ping(session, PICKUP.lat, PICKUP.lng) });
  await ear.until(phone.driverId, ({ seq, status }) => seq === 3 && status === 'free');
  expect(tracked).toHaveLength(1);
});

test('a driver gets the events of a trip in order and once', async () => {
  const { phone } = await driverAtPickup();
  const { tripId, riderId } = await desk.requestTrip(PICKUP, DROPOFF);
  await desk.offer(tripId, phone.driverId, PICKUP);
  const offer = await phone.next('offer');
  await phone.ask('accept', { offer_id: offer.data.offer_id });
  expect((await phone.next('offer_closed')).data).toEqual({
    offer_id: offer.data.offer_id,
    trip_id: tripId,
    event: 'accepted',
  });
  expect(await phone.next('trip')).toMatchObject({ seq: 3, data: { event: 'accepted' } });
  await desk.commands.call(cancelTrip, { rider_id: riderId, trip_id: tripId });
  expect(await phone.next('trip')).toMatchObject({
    seq: 4,
    data: { event: 'rider_canceled', trip: { state: 'rider_canceled' } },
  });
  await ear.until(phone.driverId, ({ status, statusVersion }) => status === 'free' && statusVersion > 2);
});

test('invalid positions are refused by frame, and valid ones pass', async () => {
  const { phone, session } = await driverAtPickup();
  const good = phone.ping(session, PICKUP.lat, PICKUP.lng);
  phone.send({ type: 'position', data: good });
  const refused = async (data: unknown) => codeOf(await phone.ask('position', data));
  expect(await refused(good)).toBe('position_duplicate');
  expect(await refused({ ...good, seq: 1 })).toBe('position_stale');
  expect(await refused(phone.ping(session, 41.15, -8.61))).toBe('outside_service_area');
  expect(await refused(phone.ping(session, 38.742, -9.122))).toBe('position_implausible');
  expect(
    await refused(phone.ping(session, PICKUP.lat, PICKUP.lng, { recorded_at: '2001-01-01T00:00:00.000Z' })),
  ).toBe('clock_offset_too_large');
  expect(await refused(phone.ping(session + 1, PICKUP.lat, PICKUP.lng))).toBe('invalid_request');
  expect(await refused(phone.ping(session, 91, 0))).toBe('invalid_request');
  const last = phone.ping(session, PICKUP.lat, PICKUP.lng);
  phone.send({ type: 'position', data: last });
  await ear.until(phone.driverId, ({ seq }) => seq === last.seq);
});

test('a driver whose clock is an hour off is heard, by a time of the service', async () => {
  const phone = await newPhone();
  await phone.connect(here);
  const session = await phone.online();
  const hourMs = 3_600_000;
  const told = (): { recorded_at: string } => ({ recorded_at: toTimestamp(clock.now() - hourMs) });
  phone.send({ type: 'position', data: phone.ping(session, PICKUP.lat, PICKUP.lng, told()) });
  const { recordedAtMs } = await ear.until(phone.driverId, ({ status }) => status === 'free');
  expect(Math.abs(clock.now() - recordedAtMs)).toBeLessThan(60_000);
  const positions = [phone.ping(session, PICKUP.lat, PICKUP.lng, told())];
  const { body } = await phone.post<PositionsResult>('/v1/driver/positions', { positions });
  expect(body.accepted).toBe(1);
  expect(Math.abs(body.clock_offset_ms! + hourMs)).toBeLessThan(60_000);
  expect(Math.abs(Date.parse(body.at) - clock.now())).toBeLessThan(60_000);
});

test('a driver who goes offline and online again has not moved farther for that', async () => {
  const { phone } = await driverAtPickup();
  await phone.ask('offline', {});
  const session = await phone.online();
  const far = await phone.ask('position', phone.ping(session, 38.742, -9.122));
  expect(codeOf(far)).toBe('position_implausible');
});

test('a first position 2 km off is outvoted by three true ones', async () => {
  const phone = await newPhone();
  await phone.connect(here);
  const session = await phone.online();
  phone.send({ type: 'position', data: phone.ping(session, 38.742, -9.122) });
  await ear.until(phone.driverId, ({ seq }) => seq === 1);
  for (let position = 0; position < 3; position += 1) {
    await new Promise((resolve) => void setTimeout(resolve, 2_000 / CLOCK.speed));
    phone.send({ type: 'position', data: phone.ping(session, PICKUP.lat, PICKUP.lng) });
  }
  const { lat } = await ear.until(phone.driverId, ({ seq }) => seq === 4);
  expect(lat).toBeCloseTo(PICKUP.lat, 5);
});

test.each([
  ['at the same instance', () => here],
  ['at another one', () => there],
])('an app that restarts %s hears the last seq of its session', async (_, url) => {
  const { phone, session } = await driverAtPickup();
  phone.send({ type: 'position', data: phone.ping(session, PICKUP.lat, PICKUP.lng, { seq: 41 }) });
  await ear.until(phone.driverId, ({ seq }) => seq === 41);
  const self = await phone.get<DriverView>(`${url()}/v1/driver`);
  expect(self.body).toMatchObject({ session, last_seq: 41 });
  const { welcome } = await phone.connect(url());
  expect(welcome.data.driver).toMatchObject({ session, last_seq: 41 });
  const stale = await phone.ask('position', phone.ping(session, PICKUP.lat, PICKUP.lng, { seq: 1 }));
  expect(stale).toMatchObject({
    data: { code: 'position_stale', detail: 'The last seq of this session is 41' },
  });
  phone.send({ type: 'position', data: phone.ping(session, PICKUP.lat, PICKUP.lng, { seq: 42 }) });
  await ear.until(phone.driverId, ({ seq }) => seq === 42);
});

test('a driver who goes offline here and online there has not moved farther for that', async () => {
  const { phone } = await driverAtPickup();
  await phone.ask('offline', {});
  await phone.connect(there);
  const session = await phone.online();
  const far = await phone.ask('position', phone.ping(session, 38.742, -9.122));
  expect(codeOf(far)).toBe('position_implausible');
});

test('a driver who crosses a cell border appears in the new cell and leaves the old one', async () => {
  const { phone, session } = await driverAtPickup();
  const oldCell = positionCellOf(PICKUP);
  // Northwards in steps that a car can make in 2 s of service time, until the cell changes.
  let position = PICKUP;
  while (positionCellOf(position) === oldCell) {
    await new Promise((resolve) => void setTimeout(resolve, 2_000 / CLOCK.speed));
    position = { lat: position.lat + 0.001, lng: position.lng };
    phone.send({ type: 'position', data: phone.ping(session, position.lat, position.lng) });
  }
  const left = await ear.until(phone.driverId, (record) => record.left);
  expect(left.subject).toBe(positionSubject(cellKeyToH3(oldCell)));
  const arrived = await ear.until(phone.driverId, (record) => !record.left && record.seq === left.seq);
  expect(arrived.subject).toBe(positionSubject(cellKeyToH3(positionCellOf(position))));
});

test('a matcher can request the last positions of its cells', async () => {
  const { phone } = await driverAtPickup();
  const heard = () => ear.of(phone.driverId).length;
  const before = heard();
  const elsewhere = cellKeyToH3(positionCellOf({ lat: 38.71, lng: -9.3 }));
  ear.bus.publish(POSITIONS_RESEND_SUBJECT, JSON.stringify({ cells: [elsewhere] }));
  ear.bus.publish(POSITIONS_RESEND_SUBJECT, JSON.stringify({ cells: [cellKeyToH3(positionCellOf(PICKUP))] }));
  await expect.poll(heard).toBe(before + 1);
});

describe('one driver, several sockets', () => {
  test.each([
    ['at the same instance', () => here],
    ['at another one', () => there],
  ])('a new socket %s replaces the old one and continues the session', async (_, url) => {
    const { phone, session } = await driverAtPickup();
    const old = phone.closed;
    const { welcome } = await phone.connect(url());
    expect(welcome.data.driver).toMatchObject({ status: 'free', session });
    expect(await old).toEqual({ code: 4001, reason: 'session_superseded' });
    const next = phone.ping(session, PICKUP.lat, PICKUP.lng);
    phone.send({ type: 'position', data: next });
    await ear.until(phone.driverId, ({ seq }) => seq === next.seq);
  });

  test('a session opened at another instance supersedes this one, whose positions are then refused', async () => {
    const { phone, session } = await driverAtPickup();
    const other = await phone.post(`${there}/v1/driver/online`, onlineBody);
    expect((other.body as DriverView).session).toBe(session + 1);
    // Until the news has arrived, positions are accepted, which has no answer.
    await expect
      .poll(() => {
        phone.send({ type: 'position', data: phone.ping(session, PICKUP.lat, PICKUP.lng) });
        return phone.frames.map(codeOf);
      })
      .toContain('session_superseded');
    const next = phone.ping(session + 1, PICKUP.lat, PICKUP.lng);
    phone.send({ type: 'position', data: next });
    await ear.until(phone.driverId, (record) => record.session === session + 1 && record.seq === next.seq);
  });
});

test('a driver who reconnects gets what it missed, with a ticket from the other instance', async () => {
  const { phone } = await driverAtPickup();
  const { tripId } = await desk.requestTrip(PICKUP, DROPOFF);
  phone.hangUp();
  await desk.offer(tripId, phone.driverId, PICKUP);
  const { welcome } = await phone.connect(there, here);
  expect(welcome.data.driver).toMatchObject({ status: 'offered', offer: { trip_id: tripId } });
  const answer = await phone.ask('resume', { trips: [{ trip_id: tripId, last_seq: 0 }] });
  expect(answer.type).toBe('ack');
  expect(await phone.next('offer')).toMatchObject({ seq: 2, data: { trip_id: tripId } });
  const unknown = await phone.ask('resume', { trips: [{ trip_id: newId('trip'), last_seq: 0 }] });
  expect(codeOf(unknown)).toBe('trip_not_found');
});

test('a vanished driver is taken offline, unless it has a trip', async () => {
  const idle = await driverAtPickup();
  const busy = await driverAtPickup();
  const { tripId } = await desk.requestTrip(PICKUP, DROPOFF);
  await desk.offer(tripId, busy.phone.driverId, PICKUP);
  const offer = await busy.phone.next('offer');
  expect(await busy.phone.ask('accept', { offer_id: offer.data.offer_id })).toMatchObject({ type: 'ack' });
  busy.phone.hangUp();
  idle.phone.hangUp();
  await ear.until(idle.phone.driverId, ({ status }) => status === 'offline');
  const record = (driverId: typeof idle.phone.driverId) =>
    desk.commands.call(getDriver, { driver_id: driverId });
  expect(await record(idle.phone.driverId)).toMatchObject({ online: false, status: 'offline' });
  expect(await record(busy.phone.driverId)).toMatchObject({ online: true, status: 'on_trip' });
});

describe('over REST', () => {
  test('a driver can work without a socket', async () => {
    const phone = await newPhone();
    const online = await phone.post('/v1/driver/online', onlineBody);
    const { session } = online.body as DriverView & { session: number };
    const good = phone.ping(session, PICKUP.lat, PICKUP.lng);
    const positions = [good, good, phone.ping(session, 0, 0), phone.ping(session, PICKUP.lat, PICKUP.lng)];
    // At the other instance: the instance that receives the positions publishes them.
    const sent = await phone.post(`${there}/v1/driver/positions`, { positions });
    expect(sent).toMatchObject({
      status: 202,
      body: {
        accepted: 2,
        rejected: [
          { seq: 1, code: 'position_duplicate' },
          { seq: 2, code: 'outside_service_area' },
        ],
      },
    });
    await ear.until(phone.driverId, ({ seq }) => seq === 3);
    const { tripId } = await desk.requestTrip(PICKUP, DROPOFF);
    const outcome = await desk.offer(tripId, phone.driverId, PICKUP);
    const offerId = outcome.result === 'offered' ? outcome.offer_id : '';
    const self = await phone.get('/v1/driver');
    expect(self.body).toMatchObject({ status: 'offered', offer: { offer_id: offerId } });
    const key = { 'idempotency-key': 'tap-1' };
    const first = await phone.post(`/v1/offers/${offerId}/accept`, undefined, key);
    const again = await phone.post(`${there}/v1/offers/${offerId}/accept`, undefined, key);
    expect(first).toMatchObject({ status: 200, body: { state: 'accepted' } });
    expect(again.body).toEqual(first.body);
    const late = await phone.post(`/v1/trips/${tripId}/complete`);
    expect(late).toMatchObject({ status: 409, body: { code: 'illegal_transition' } });
    const offline = await phone.post('/v1/driver/offline');
    expect(offline).toMatchObject({ status: 409, body: { code: 'driver_on_trip' } });
    const back = await phone.post(`/v1/trips/${tripId}/cancel`, { reason: 'flat tyre' });
    expect(back).toMatchObject({ status: 200, body: { state: 'processing' } });
    expect((await phone.post('/v1/driver/offline')).body).toMatchObject({ status: 'offline' });
    await ear.until(phone.driverId, ({ status }) => status === 'offline');
  });

  test('one odd position of a batch is named, and the other 99 are taken', async () => {
    const phone = await newPhone();
    const online = await phone.post('/v1/driver/online', onlineBody);
    const { session } = online.body as DriverView & { session: number };
    const asPhonesSend = { heading_deg: -1, speed_mps: -1, accuracy_m: 5, altitude: null };
    const positions: object[] = Array.from({ length: 100 }, () => ({
      ...phone.ping(session, PICKUP.lat, PICKUP.lng),
      ...asPhonesSend,
    }));
    positions[41] = { ...positions[41], lat: 'north' };
    const sent = await phone.post('/v1/driver/positions', { positions, sdk: '4.2' });
    expect(sent).toMatchObject({
      status: 202,
      body: { accepted: 99, rejected: [{ index: 41, seq: 42, code: 'invalid_request' }] },
    });
    const none = await phone.post('/v1/driver/positions', { positions: [positions[41], 'x', null] });
    expect(none).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect((none.body as { issues: { pointer: string }[] }).issues.map(({ pointer }) => pointer)).toEqual([
      '/positions/0/lat',
      '/positions/1',
      '/positions/2',
    ]);
  });

  test('errors are problem+json', async () => {
    const phone = await newPhone();
    const bad = await phone.post('/v1/driver/online', { product: 'tank' });
    expect(bad.headers.get('content-type')).toContain('application/problem+json');
    expect(bad).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    const positions = [phone.ping(1, PICKUP.lat, PICKUP.lng)];
    const offline = await phone.post('/v1/driver/positions', { positions });
    expect(offline).toMatchObject({ status: 409, body: { code: 'driver_offline' } });
    const unknown = await phone.post(`/v1/offers/${newId('offer')}/accept`);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'offer_not_found' } });
    const malformed = await phone.post('/v1/offers/offer_x/accept');
    expect(malformed).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});

test('a stopping instance sends its drivers to another one, where they continue', async () => {
  const { phone, session } = await driverAtPickup(there);
  const stopped = world.service('driver-api-2').stop();
  expect(await phone.closed).toEqual({ code: 1001, reason: 'shutting_down' });
  await stopped;
  const { welcome } = await phone.connect(here);
  expect(welcome.data.driver).toMatchObject({ status: 'free', session });
  const next = phone.ping(session, PICKUP.lat, PICKUP.lng);
  phone.send({ type: 'position', data: next });
  await ear.until(phone.driverId, ({ seq }) => seq === next.seq);
});
