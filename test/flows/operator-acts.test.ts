import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  newId,
  riderServerFrame,
  uuidOf,
  type DriverRecord,
  type Role,
  type TripRecord,
} from '#libs/contracts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import type { TestDriver } from '../city/test-driver.ts';
import { Phone } from '../phones/phone.ts';
import type { RiderPhone } from '../phones/rider-phone.ts';
import { tokenFor } from '../phones/tokens.ts';

const SILENCE_MS = 10_000;
/** How late a silence may be noticed: a sweep, its question, and a busy machine. */
const SLACK_MS = 12_000;
const ACT = { reason_code: 'vehicle_breakdown', note: 'Called in by the driver: 555-0100' };
const ACTS = ['cancel', 'complete', 'fail', 'redispatch'] as const;
const NEARBY = { lat: ROSSIO.lat + 0.0014, lng: ROSSIO.lng };

let city: TestCity;
let operator: Phone<never>;

beforeAll(async () => {
  const env = {
    HAILGRID_SILENT_RIDE_MS: String(SILENCE_MS),
    HAILGRID_MAX_SWAPS_PER_TRIP: '0',
    HAILGRID_CHAIN_HORIZON_S: '0',
  };
  const services = ['dev-issuer', 'trips', 'matcher', 'rider-api', 'driver-api'];
  city = await TestCity.start(services, { env });
  operator = await phoneOf('operator');
});
afterAll(() => city?.stop());

async function phoneOf(role: Role): Promise<Phone<never>> {
  const token = await tokenFor(city.url('dev-issuer-1'), role);
  return new Phone({ api: city.url('trips-1'), token, serverFrame: riderServerFrame as never });
}

interface Accepted {
  rider: RiderPhone;
  driver: TestDriver;
  tripId: string;
}

async function accepted(): Promise<Accepted> {
  const driver = await city.driverAt(ROSSIO);
  const rider = await city.rider();
  await rider.connect();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await driver.accept(await driver.offer());
  return { rider, driver, tripId };
}

async function riding(): Promise<Accepted> {
  const trip = await accepted();
  for (const step of ['arrived', 'start']) await trip.driver.phone.ask(step, { trip_id: trip.tripId });
  return trip;
}

function act(
  tripId: string,
  action: (typeof ACTS)[number],
  body: unknown = ACT,
  by = operator,
  headers = {},
) {
  return by.post<TripRecord & { code?: string }>(`/v1/ops/trips/${tripId}/${action}`, body, headers);
}

/** The newest rows of the audit, newest first. */
function audited(count: number): Promise<object[]> {
  return city.rows(`
    SELECT act, target, reason, before, after, role, subject = actor_id AS is_subject, issuer <> '' AS has_issuer, request_id
    FROM operator_audit ORDER BY number DESC LIMIT ${count}`);
}

function claimsOf(driver: TestDriver): Promise<object[]> {
  return city.rows(
    `SELECT trip_id FROM driver_claim WHERE driver_id = '${uuidOf('driver', driver.driverId)}'`,
  );
}

interface Page {
  data: TripRecord[];
  next_cursor: string | null;
}

async function find(query: string): Promise<Page> {
  const { status, body } = await operator.get<Page>(`/v1/ops/trips${query}`);
  expect([status, body]).toEqual([200, body]);
  return body;
}

interface History {
  events: { type: string; data: object }[];
}

test('an operator ends a stuck ride; its driver is free and gets the next trip', async () => {
  const { rider, driver, tripId } = await riding();
  // Three estimated rides are the least that a ride may last in silence: this one is short.
  await city.rows(`UPDATE trip SET trip_s = 1 WHERE state = 'in_progress'`);
  driver.hangUp();
  await expect
    .poll(() => city.rows(`SELECT attention FROM trip WHERE state = 'in_progress'`), {
      timeout: SILENCE_MS + SLACK_MS,
    })
    .toEqual([{ attention: 'stuck' }]);

  const stuck = await find('?attention=true');
  expect(stuck.data.map(({ trip_id }) => trip_id)).toEqual([tripId]);
  const failed = await act(tripId, 'fail');
  expect((await find('?attention=true')).data).toEqual([]);
  expect([failed.status, failed.body]).toMatchObject([
    200,
    { state: 'failed', cancel_reason: 'vehicle_breakdown', attention: null },
  ]);
  expect((await rider.trip(tripId)).state).toBe('failed');
  expect(await claimsOf(driver)).toEqual([]);
  const { body } = await operator.get<History>(`/v1/trips/${tripId}/history`);
  const [by] = await city.rows<{ by: { operatorId: string } }>(
    `SELECT event -> 'by' AS by FROM trip_event WHERE type = 'failed'`,
  );
  expect(body.events.at(-1)).toMatchObject({
    type: 'failed',
    data: { operator_id: by?.by.operatorId, reason_code: ACT.reason_code, note: ACT.note },
  });

  const { welcome } = await driver.phone.connect();
  expect(welcome.data.driver).toMatchObject({ status: 'free', trip: null });
  driver.resume();
  const next = await rider.ride(ROSSIO, ESTRELA);
  await driver.accept(await driver.offer());
  await driver.drive(next.trip_id);
  await driver.goHome();
}, 90_000);

test('an operator gives a trip to another driver; rider and driver see the reason, never the note', async () => {
  const { rider, driver, tripId } = await accepted();
  await driver.phone.ask('arrived', { trip_id: tripId });
  const other = await city.driverAt(NEARBY);
  const taken = await act(tripId, 'redispatch');
  expect([taken.status, taken.body.excluded_driver_ids]).toEqual([200, [driver.driverId]]);
  await expect
    .poll(() => driver.phone.frames.findLast(({ type }) => type === 'trip')?.data)
    .toMatchObject({ event: 'driver_redispatched', standing: 'gone' });
  const offer = await other.offer();
  expect(offer.trip_id).toBe(tripId);
  await other.accept(offer);
  const ended = await act(tripId, 'cancel');
  expect([ended.status, ended.body.state]).toEqual([200, 'rider_canceled']);
  await expect
    .poll(() => rider.frames.findLast(({ type }) => type === 'trip')?.data)
    .toMatchObject({ event: 'rider_canceled', trip: { cancel_reason: ACT.reason_code } });
  const seen = JSON.stringify([rider.frames, driver.phone.frames, other.phone.frames]);
  expect(seen).not.toContain('555-0100');
  expect(seen).not.toContain('operator_');
  await Promise.all([driver.goHome(), other.goHome()]);
});

test('an operator completes a ride that is as it was seen, and the audit says who, what, on what and why', async () => {
  const { rider, driver, tripId } = await riding();
  const { seq } = await rider.trip(tripId);
  const reason = { reason_code: 'phone_lost' };
  const stale = await act(tripId, 'complete', reason, operator, { 'if-match': `W/"${seq - 1}"` });
  expect(stale.body).toMatchObject({
    status: 412,
    code: 'precondition_failed',
    detail: `The current ETag is W/"${seq}".`,
  });
  const asked = { 'if-match': `W/"${seq}"`, 'x-request-id': 'completes-a-ride' };
  const done = await act(tripId, 'complete', reason, operator, asked);
  const driver_id = driver.driverId;
  expect(await audited(1)).toEqual([
    {
      act: 'operator_complete',
      target: { trip_id: tripId },
      reason,
      before: { state: 'in_progress', seq, driver_id },
      after: { state: 'completed', seq: seq + 1, driver_id },
      role: 'operator',
      is_subject: true,
      has_issuer: true,
      request_id: 'completes-a-ride',
    },
  ]);
  await operator.get(`/v1/ops/trips?rider_id=${rider.riderId}`);
  await operator.get(`/v1/trips/${tripId}/history`);
  await operator.get(`/v1/trips/${tripId}/explain`);
  expect(await audited(3)).toMatchObject([
    { act: 'explain_trip', target: { trip_id: tripId } },
    { act: 'read_trip_history', target: { trip_id: tripId } },
    { act: 'list_trips', target: { rider_id: rider.riderId } },
  ]);
  expect([done.status, done.body]).toMatchObject([200, { state: 'completed', cancel_reason: null }]);
  expect(await claimsOf(driver)).toEqual([]);
  await driver.goHome();
});

test.each(ACTS)('%s answers each mistake with its status, and changes nothing', async (action) => {
  const { rider, driver, tripId } = action === 'complete' ? await accepted() : await riding();
  const seq = (await rider.trip(tripId)).seq;
  const path = `/v1/ops/trips/${tripId}/${action}`;
  const anonymous = await fetch(city.url('trips-1') + path, { method: 'POST' });
  expect(anonymous.status).toBe(401);
  for (const role of ['rider', 'driver'] as const)
    expect((await act(tripId, action, ACT, await phoneOf(role))).status).toBe(403);
  expect((await act(newId('trip'), action)).body).toMatchObject({ status: 404, code: 'trip_not_found' });
  const wrong = [
    null,
    {},
    { reason_code: '' },
    { reason_code: 'Two words' },
    { reason_code: 'x'.repeat(65) },
    { ...ACT, note: 'x'.repeat(501) },
    { ...ACT, note: 'a\u0000b' },
    { ...ACT, driver_id: driver.driverId },
  ];
  for (const body of wrong)
    expect([body, (await act(tripId, action, body)).body]).toMatchObject([body, { status: 400 }]);
  expect((await operator.post<object>(path)).status).toBe(400);
  expect((await act('trip_1', action)).status).toBe(400);
  // A ride may always fail, but not be canceled.
  const illegal = action === 'fail' ? 'cancel' : action;
  expect((await act(tripId, illegal)).body).toMatchObject({ status: 409, code: 'illegal_transition' });
  expect((await rider.trip(tripId)).seq).toBe(seq);
  expect((await act(tripId, 'fail')).status).toBe(200);
  expect((await act(tripId, action)).body).toMatchObject({
    status: 409,
    code: 'illegal_transition',
    detail: 'The trip is failed.',
  });
  await driver.goHome();
});

function offline(driver: TestDriver, body: unknown = ACT, by = operator) {
  return by.post<DriverRecord & { code?: string }>(`/v1/ops/drivers/${driver.driverId}/offline`, body);
}

test('an operator takes a driver with an open offer offline; the trip goes to another one, and the driver may come back', async () => {
  const driver = await city.driverAt(ROSSIO);
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await driver.offer();
  const other = await city.driverAt(NEARBY);
  const gone = await offline(driver);
  expect([gone.status, gone.body]).toMatchObject([200, { online: false, status: 'offline', trip: null }]);
  expect((await driver.phone.next('offer_closed')).data).toMatchObject({ event: 'offer_withdrawn' });
  // The next position tells the phone that it is offline.
  expect((await driver.phone.next('error')).data).toMatchObject({ code: 'driver_offline' });
  expect(await claimsOf(driver)).toEqual([]);
  const again = await offline(driver);
  expect([again.status, again.body.driver_version]).toEqual([200, gone.body.driver_version]);

  const offer = await other.offer();
  expect(offer.trip_id).toBe(tripId);
  await other.accept(offer);
  const { body } = await operator.get<History>(`/v1/trips/${tripId}/history`);
  expect(body.events.find(({ type }) => type === 'offer_withdrawn')?.data).toMatchObject({
    reason_code: ACT.reason_code,
    note: ACT.note,
  });
  await driver.phone.online();
  await other.drive(tripId);
  await Promise.all([driver.goHome(), other.goHome()]);
});

test('offline answers each mistake with its status, and a driver with a trip stays online', async () => {
  const { driver, tripId } = await accepted();
  const path = `/v1/ops/drivers/${driver.driverId}/offline`;
  expect((await fetch(city.url('trips-1') + path, { method: 'POST' })).status).toBe(401);
  for (const role of ['rider', 'driver'] as const)
    expect((await offline(driver, ACT, await phoneOf(role))).status).toBe(403);
  for (const body of [null, {}, { reason_code: 'Two words' }, { ...ACT, note: 'x'.repeat(501) }])
    expect([body, (await offline(driver, body)).status]).toEqual([body, 400]);
  const unknown = await operator.post<object>(`/v1/ops/drivers/${newId('driver')}/offline`, ACT);
  expect(unknown.body).toMatchObject({ status: 404, code: 'driver_not_found' });
  expect((await operator.post<object>('/v1/ops/drivers/driver_1/offline', ACT)).status).toBe(400);
  expect((await offline(driver)).body).toMatchObject({ status: 409, code: 'driver_on_trip' });
  await driver.drive(tripId);
  await driver.goHome();
});

test('trips are found by state, rider and driver, newest first, page by page', async () => {
  const { rider, driver, tripId } = await riding();
  await driver.phone.ask('complete', { trip_id: tripId });
  const waiting: string[] = [];
  await driver.goHome();
  for (let count = 0; count < 3; count++) {
    if (waiting[0] !== undefined) await rider.post(`/v1/trips/${waiting[0]}/cancel`);
    waiting.unshift((await rider.ride(ROSSIO, ESTRELA)).trip_id);
  }
  const byRider = `?rider_id=${rider.riderId}`;
  const idsOf = async (query: string) => (await find(query)).data.map(({ trip_id }) => trip_id);
  expect(await idsOf(byRider)).toEqual([...waiting, tripId]);
  expect(await idsOf(`${byRider}&state=processing`)).toEqual(waiting.slice(0, 1));
  expect(await idsOf(`${byRider}&state=rider_canceled`)).toEqual(waiting.slice(1));
  expect(await idsOf(`?driver_id=${driver.driverId}`)).toEqual([tripId]);
  expect(await idsOf(`?driver_id=${driver.driverId}&state=failed`)).toEqual([]);
  const first = await find(`${byRider}&limit=3`);
  expect(first.data.map(({ trip_id }) => trip_id)).toEqual(waiting);
  const second = await find(`${byRider}&limit=3&cursor=${first.next_cursor}`);
  expect([second.data.map(({ trip_id }) => trip_id), second.next_cursor]).toEqual([[tripId], null]);

  const path = '/v1/ops/trips';
  expect((await fetch(city.url('trips-1') + path)).status).toBe(401);
  for (const role of ['rider', 'driver'] as const)
    expect((await (await phoneOf(role)).get(path)).status).toBe(403);
  for (const wrong of ['state=gone', 'rider_id=1', 'attention=maybe', 'limit=101', 'cursor=x', 'stat=failed'])
    expect([wrong, (await operator.get(`${path}?${wrong}`)).status]).toEqual([wrong, 400]);
});

test('an operator gives a waiting trip to a driver; both see it as after an acceptance', async () => {
  const far = await city.driverAt({ lat: ROSSIO.lat + 0.2, lng: ROSSIO.lng });
  const rider = await city.rider();
  await rider.connect();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  const path = `/v1/ops/trips/${tripId}/assign`;
  const body = { reason_code: 'by_telephone', driver_id: far.driverId };
  const unknown = await operator.post<object>(path, { ...body, driver_id: newId('driver') });
  expect(unknown.body).toMatchObject({ status: 404, code: 'driver_not_found' });
  const given = await operator.post<TripRecord>(path, body);
  expect([given.status, given.body]).toMatchObject([
    200,
    { state: 'accepted', driver: { driver_id: far.driverId } },
  ]);
  await expect
    .poll(() => far.phone.frames.findLast(({ type }) => type === 'trip')?.data)
    .toMatchObject({ event: 'driver_assigned', standing: 'current', trip: { trip_id: tripId } });
  await expect
    .poll(() => rider.frames.findLast(({ type }) => type === 'trip')?.data)
    .toMatchObject({ event: 'driver_assigned', trip: { state: 'accepted' } });
  expect((await operator.post<object>(path, body)).body).toMatchObject({
    status: 409,
    code: 'illegal_transition',
  });
  const bound = await operator.get<{ data: object[] }>('/v1/ops/drivers?status=on_trip');
  expect(bound.body.data).toMatchObject([{ driver_id: far.driverId, trip_id: tripId, status: 'on_trip' }]);

  expect((await act(tripId, 'redispatch')).status).toBe(200);
  const excluded = await operator.post<object>(path, body);
  expect(excluded.body).toMatchObject({ status: 409, code: 'driver_excluded' });
  const forced = await operator.post<TripRecord>(path, { ...body, mode: 'force' });
  expect([forced.status, forced.body.driver?.driver_id]).toEqual([200, far.driverId]);
  const { body: history } = await operator.get<History>(`/v1/trips/${tripId}/history`);
  expect(history.events.at(-1)).toMatchObject({
    type: 'driver_assigned',
    data: { forced: true, reason_code: body.reason_code },
    actor: { kind: 'operator' },
  });
  expect((await act(tripId, 'cancel')).status).toBe(200);
  await far.goHome();
});
