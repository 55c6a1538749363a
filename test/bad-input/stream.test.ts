import { once } from 'node:events';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  MAX_FRAME_BYTES,
  newId,
  problem,
  toTimestamp,
  type DriverClientFrame,
  type ErrorCode,
  type Ping,
} from '#libs/contracts';
import { systemClock } from '#libs/service';
import { DriverPhone, onlineBody } from '../phones/driver-phone.ts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import type { TestDriver } from '../city/test-driver.ts';
import { tokenFor } from '../phones/tokens.ts';
import { checkProblem } from './problems.ts';
import { dialStream, issueTicket, RawSocket } from './raw-socket.ts';
import { expectNothingLost, expectWell } from './well-being.ts';

type SocketRole = 'rider' | 'driver';
const OFFER_TTL_MS = 3_000;
/** More frames at once than a socket may send, and more bad ones than it may. */
const FLOOD = 450;

let city: TestCity;
let acknowledged = 0;

beforeAll(async () => {
  city = await TestCity.start(undefined, { env: { HAILGRID_OFFER_TTL_MS: String(OFFER_TTL_MS) } });
});
afterAll(() => city.stop());

async function expectStillWell(): Promise<void> {
  await expectWell(city);
  acknowledged += 1;
  await expectNothingLost(city, acknowledged);
}

const api = (role: SocketRole): string => city.url(`${role}-api-1`);

async function ticketFor(role: SocketRole): Promise<string> {
  return issueTicket(api(role), await tokenFor(city.url('dev-issuer-1'), role));
}

const dial = (role: SocketRole, query: string, protocols?: string[]) =>
  dialStream(api(role), query, protocols);

async function openSocket(role: SocketRole): Promise<RawSocket> {
  return RawSocket.open(api(role), await ticketFor(role));
}

/** Expects this error in answer to the frame, with the frame's id if it has a readable one. */
async function expectRefused(
  socket: RawSocket,
  frame: string | Buffer,
  code: ErrorCode,
  id?: string,
): Promise<void> {
  const answer = await socket.answerTo(frame);
  expect([answer.type, answer.id]).toEqual(['error', id]);
  checkProblem(answer.data, code);
}

/** Sends a request; returns the code of the error that answers it. */
async function refusal(
  driver: TestDriver | DriverPhone,
  type: DriverClientFrame['type'],
  data: object,
): Promise<ErrorCode | undefined> {
  const phone = driver instanceof DriverPhone ? driver : driver.phone;
  const answer = await phone.ask(type, data);
  if (answer.type !== 'error') return undefined;
  return checkProblem(answer.data, answer.data.code).code;
}

test('refused sockets', async () => {
  const used = await ticketFor('driver');
  const socket = dial('driver', `?ticket=${used}`);
  await once(socket, 'open');
  socket.terminate();

  const refused: [role: SocketRole, query: string, code: ErrorCode, protocols?: string[]][] = [
    ['driver', `?ticket=${used}`, 'ticket_invalid'],
    ['rider', `?ticket=${used}`, 'ticket_invalid'],
    ['driver', '', 'ticket_invalid'],
    ['driver', '?ticket=', 'ticket_invalid'],
    ['driver', '?ticket=driver-api-1', 'ticket_invalid'],
    ['driver', `?ticket=driver-api-1.${'A'.repeat(43)}`, 'ticket_invalid'],
    ['driver', `?ticket=nobody.${'A'.repeat(43)}`, 'ticket_invalid'],
    ['driver', `?ticket=${encodeURIComponent(`>.*.${'A'.repeat(43)}`)}`, 'ticket_invalid'],
    ['driver', `?ticket=${'A'.repeat(5_000)}`, 'ticket_invalid'],
    ['driver', `?ticket=${await tokenFor(city.url('dev-issuer-1'), 'driver')}`, 'ticket_invalid'],
    // An API cannot redeem the tickets of the other one.
    ['rider', `?ticket=${await ticketFor('driver')}`, 'ticket_invalid'],
    ['driver', `?ticket=${await ticketFor('rider')}`, 'ticket_invalid'],
    ['driver', `?ticket=${await ticketFor('driver')}`, 'invalid_request', ['hailgrid.v9.json']],
    ['driver', `?ticket=${await ticketFor('driver')}`, 'invalid_request', []],
    ['driver', `/elsewhere?ticket=${await ticketFor('driver')}`, 'not_found'],
  ];
  for (const [role, query, code, protocols] of refused) {
    const attempt = dial(role, query, protocols);
    const [, response] = await once(attempt, 'unexpected-response');
    let body = '';
    for await (const chunk of response) body += chunk;
    expect(response.headers['content-type']).toBe('application/problem+json');
    const said = checkProblem(JSON.parse(body), code);
    expect([said.status, said.request_id]).toEqual([response.statusCode, response.headers['x-request-id']]);
  }
  await expectStillWell();
});

test.each(['rider', 'driver'] as const)('malformed frames of a %s', async (role) => {
  const socket = await openSocket(role);
  const malformed = ['', '{', '\0', 'NaN', '{"type":NaN}'];
  for (const frame of malformed) await expectRefused(socket, frame, 'malformed_json');
  const unknown: [frame: string, id?: string][] = [
    ['null'],
    ['[]'],
    ['"text"'],
    ['{}'],
    ['{"type":"fly","id":"a","data":{}}', 'a'],
    ['{"type":"__proto__","id":"b","data":{}}', 'b'],
    ['{"type":"heartbeat","id":"c","data":{"more":1}}', 'c'],
    ['{"type":"heartbeat","id":"","data":{}}'],
    [`{"type":"heartbeat","id":"${'x'.repeat(65)}","data":{}}`],
    ['{"type":"resume","id":"d","data":{"trips":[{"trip_id":"trip_1","last_seq":1e999}]}}', 'd'],
  ];
  for (const [frame, id] of unknown) await expectRefused(socket, frame, 'invalid_request', id);
  await expectRefused(socket, Buffer.from([1, 2, 3]), 'invalid_request');
  expect(socket.isOpen).toBe(true);

  socket.say(`"${'x'.repeat(MAX_FRAME_BYTES)}"`);
  expect(await socket.closed).toBe(1009);

  const impatient = await openSocket(role);
  for (let frame = 0; frame < 40; frame += 1) impatient.say('?');
  expect(await impatient.closed).toBe(1008);

  const flooding = await openSocket(role);
  for (let frame = 0; frame < FLOOD; frame += 1) flooding.say('{"type":"heartbeat","data":{}}');
  expect(await flooding.closed).toBe(1008);
  const codes = flooding.frames.flatMap(({ type, data }) =>
    type === 'error' ? [problem.parse(data).code] : [],
  );
  expect(new Set(codes)).toEqual(new Set(['rate_limited']));
  await expectStillWell();
});

test('invalid positions', async () => {
  const phone = await DriverPhone.register(city.url('dev-issuer-1'), city.url('driver-api-1'), systemClock());
  await phone.connect();
  const { lat, lng } = ROSSIO;
  expect(await refusal(phone, 'position', phone.ping(1, lat, lng))).toBe('driver_offline');
  const session = await phone.online();
  const ping = (part: Partial<Ping> = {}): object => phone.ping(session, lat, lng, part);
  const at = (agoMs: number): Partial<Ping> => ({ recorded_at: toTimestamp(Date.now() - agoMs) });
  phone.send({ type: 'position', data: ping({ seq: 10, ...at(1_000) }) });

  const refused: [ping: object, code: ErrorCode][] = [
    [ping({ seq: 10 }), 'position_duplicate'],
    [ping({ seq: 9 }), 'position_stale'],
    [ping({ seq: 11, ...at(25 * 3_600_000) }), 'clock_offset_too_large'],
    [ping({ seq: 11, ...at(-25 * 3_600_000) }), 'clock_offset_too_large'],
    [ping({ seq: 11, recorded_at: '9999-12-31T23:59:59.999Z' }), 'clock_offset_too_large'],
    [ping({ seq: 11, lat: lat + 0.02 }), 'position_implausible'],
    [ping({ seq: 11, lat: -lat }), 'outside_service_area'],
    [ping({ seq: 11, lat: 90, lng: 180 }), 'outside_service_area'],
    [ping({ seq: 11, session: session + 1 }), 'invalid_request'],
    [ping({ seq: 11, session: Number.MAX_SAFE_INTEGER }), 'invalid_request'],
    [ping({ seq: 0 }), 'invalid_request'],
    [ping({ seq: 2 ** 32 }), 'invalid_request'],
    [ping({ seq: 1.5 }), 'invalid_request'],
    [ping({ seq: 11, lat: 91 }), 'invalid_request'],
    [ping({ seq: 11, lat: '38.7' as never }), 'invalid_request'],
    [ping({ seq: 11, recorded_at: 'yesterday' }), 'invalid_request'],
    [ping({ seq: 11, recorded_at: '2026-02-30T00:00:00.000Z' }), 'invalid_request'],
    [ping({ seq: 11, heading_deg: 'north' as never }), 'invalid_request'],
  ];
  for (const [data, code] of refused)
    expect([data, await refusal(phone, 'position', data)]).toEqual([data, code]);

  const newer = await phone.online();
  expect(newer).toBeGreaterThan(session);
  expect(await refusal(phone, 'position', ping({ seq: 12 }))).toBe('session_superseded');
  const batch = [5, 5].map((seq) => phone.ping(newer, lat, lng, { seq }));
  const sent = await phone.post('/v1/driver/positions', { positions: [...batch, ping({ seq: 13 })] });
  expect(sent).toMatchObject({
    status: 202,
    body: { accepted: 1, rejected: [{ code: 'position_duplicate' }, { code: 'session_superseded' }] },
  });
  await phone.ask('offline', {});
  phone.hangUp();
  await expectStillWell();
});

test('offers and trips of others, and steps in the wrong order', async () => {
  const rider = await city.rider();
  await rider.connect();
  const driver = await city.driverAt(ROSSIO);
  const { trip_id } = await rider.ride(ROSSIO, ESTRELA);
  acknowledged += 1;
  const { offer_id } = await driver.offer();
  const other = await city.driverAt(ROSSIO);

  for (const answer of ['accept', 'decline'] as const) {
    expect(await refusal(other, answer, { offer_id })).toBe('offer_not_found');
    expect(await refusal(driver, answer, { offer_id: newId('offer') })).toBe('offer_not_found');
    expect(await refusal(driver, answer, { offer_id: trip_id })).toBe('invalid_request');
  }
  for (const step of ['arrived', 'start', 'complete', 'cancel'] as const) {
    expect(await refusal(driver, step, { trip_id: newId('trip') })).toBe('trip_not_found');
    expect(await refusal(other, step, { trip_id })).toBe('trip_not_found');
    expect(await refusal(driver, step, { trip_id })).toBe('trip_not_found');
  }
  expect(await refusal(other, 'resume', { trips: [{ trip_id, last_seq: 0 }] })).toBe('trip_not_found');

  expect((await driver.phone.next('offer_closed')).data.event).toBe('offer_expired');
  expect(await refusal(driver, 'accept', { offer_id })).toBe('offer_closed');
  expect(await refusal(driver, 'decline', { offer_id })).toBe('offer_closed');
  const offered = await other.offer();
  await other.accept(offered);
  expect(await refusal(other, 'accept', { offer_id: offered.offer_id })).toBeUndefined();
  expect(await refusal(other, 'decline', { offer_id: offered.offer_id })).toBe('offer_closed');

  // A client ahead of the trip is corrected, and gets all that follows.
  expect(await refusal(other, 'resume', { trips: [{ trip_id, last_seq: 99 }] })).toBe('invalid_request');
  const ahead = await rider.ask('resume', { trips: [{ trip_id, last_seq: Number.MAX_SAFE_INTEGER }] });
  expect(checkProblem(ahead.data, 'invalid_request').detail).toMatch(/newest change/);

  expect(await refusal(other, 'offline', {})).toBe('driver_on_trip');
  for (const step of ['start', 'complete'] as const)
    expect(await refusal(other, step, { trip_id })).toBe('illegal_transition');
  expect(await refusal(driver, 'arrived', { trip_id })).toBe('trip_not_found');
  for (const reason of ['', '\0', '\ud800', 'x'.repeat(201)])
    expect(await refusal(other, 'cancel', { trip_id, reason })).toBe('invalid_request');
  expect(await refusal(other, 'arrived', { trip_id })).toBeUndefined();
  expect(await refusal(other, 'start', { trip_id })).toBeUndefined();
  for (const step of ['arrived', 'cancel'] as const)
    expect(await refusal(other, step, { trip_id })).toBe('illegal_transition');
  checkProblem((await rider.post(`/v1/trips/${trip_id}/cancel`, {})).body, 'illegal_transition');
  expect(await refusal(other, 'complete', { trip_id })).toBeUndefined();
  await rider.untilEvent('completed');
  expect(await refusal(other, 'start', { trip_id })).toBe('illegal_transition');

  const stranger = await city.rider();
  await stranger.connect();
  const trips = [{ trip_id, last_seq: 0 }];
  stranger.send({ type: 'resume', id: 'theirs', data: { trips } });
  const answer = await stranger.socket.until((frame) => frame.id === 'theirs');
  expect(checkProblem(answer.data, 'trip_not_found').code).toBe('trip_not_found');
  expect(stranger.frames.filter(({ type }) => type === 'trip')).toEqual([]);

  await Promise.all([driver, other].map((each) => each.goHome()));
  await expectStillWell();
});

test('a second socket takes over from the first', async () => {
  const driver = await city.driverAt(ROSSIO);
  const { closed } = driver.phone;
  await driver.phone.connect();
  expect(await closed).toEqual({ code: 4001, reason: 'session_superseded' });
  await driver.goHome();
  await expectStillWell();
});

test(
  'any sequence of frames is answered or applied, and the service keeps running',
  { timeout: 120_000 },
  async () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('\0', '\ud800', -1, 1e308, '__proto__'),
    );
    const data = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.record({ trip_id: fc.oneof(odd, fc.constant(newId('trip'))), reason: odd }, { requiredKeys: [] }),
      fc.record({ offer_id: fc.oneof(odd, fc.constant(newId('offer'))) }),
      fc.record({
        product: fc.constant('standard'),
        vehicle: fc.record({ ...constants(onlineBody.vehicle), color: odd }),
      }),
      fc.record({
        session: fc.oneof(fc.nat(), odd),
        seq: fc.oneof(fc.nat(), odd),
        lat: fc.double(),
        lng: fc.double(),
        recorded_at: fc.oneof(
          odd,
          fc.date({ noInvalidDate: true }).map((date) => date.toJSON()),
        ),
      }),
    );
    const type = fc.constantFrom(
      'heartbeat',
      'resume',
      'online',
      'offline',
      'position',
      'accept',
      'decline',
      'arrived',
      'complete',
      'x',
    );
    const frames = fc.array(fc.record({ type, id: fc.uuid(), data }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom<SocketRole>('rider', 'driver'), frames, async (role, sent) => {
        const socket = await openSocket(role);
        for (const frame of sent) socket.say(JSON.stringify(frame));
        // Answered after all earlier frames.
        socket.say(JSON.stringify({ type: 'resume', id: 'last', data: { trips: [] } }));
        await expect.poll(() => socket.frames.at(-1)?.id, { timeout: 10_000 }).toBe('last');
        const answered = new Set(socket.frames.map(({ id }) => id));
        const due = sent.filter(({ type }) => type !== 'heartbeat' && type !== 'position');
        expect(due.filter(({ id }) => !answered.has(id))).toEqual([]);
        const problems = socket.frames.flatMap((frame) =>
          frame.type === 'error' ? [problem.parse(frame.data)] : [],
        );
        for (const said of problems) checkProblem(said, said.code);
        expect(problems.filter(({ status }) => status >= 500)).toEqual([]);
        socket.hangUp();
      }),
      { numRuns: 40 },
    );
    await expectStillWell();
  },
);

function constants(members: Record<string, unknown>) {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, fc.constant(value)]));
}
