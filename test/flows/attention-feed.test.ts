import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  operatorServerFrame,
  type AttentionEntry,
  type OperatorServerFrame,
  type Role,
  type Scope,
} from '#libs/contracts';
import type { AttentionKind } from '#libs/trip';
import { ALL_SERVICES, ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { Phone } from '../phones/phone.ts';
import { PhoneSocket } from '../phones/phone-socket.ts';
import { tokenFor } from '../phones/tokens.ts';

const SILENCE_MS = 10_000;
const LONG_MS = 2_000;
/** How late a silence may be noticed: a sweep, its question, and a busy machine. */
const SLACK_MS = 12_000;
const STREAM = '/v1/ops/stream';

type Socket = PhoneSocket<OperatorServerFrame>;

let city: TestCity;

beforeAll(async () => {
  const env = {
    HAILGRID_SILENT_ACCEPTED_MS: String(SILENCE_MS),
    HAILGRID_LONG_SEARCH_MS: String(LONG_MS),
    HAILGRID_LONG_WAIT_MS: String(LONG_MS),
    HAILGRID_SEARCH_DEADLINE_MS: '60000',
  };
  city = await TestCity.start([...ALL_SERVICES, 'trips'], { env });
});
afterAll(() => city?.stop());

async function client(role: Role = 'operator', scopes?: readonly Scope[]) {
  const token = await tokenFor(city.url('dev-issuer-1'), role, undefined, undefined, scopes);
  const api = city.url('trips-1');
  return new Phone({ api, token, serverFrame: operatorServerFrame, streamPath: STREAM });
}

async function entryOf(socket: Socket, tripId: string, kind: AttentionKind): Promise<AttentionEntry> {
  const isIt = (frame: OperatorServerFrame) =>
    frame.type === 'attention' && frame.data.trip_id === tripId && frame.data.kind === kind;
  const frame = await socket.until(isIt);
  if (frame.type !== 'attention') throw new Error('no attention frame');
  expect(frame.seq).toBe(frame.data.number);
  return frame.data;
}

function numbersSeen(socket: Socket): number[] {
  return socket.frames.flatMap((frame) => (frame.type === 'attention' ? [frame.data.number] : []));
}

test('operators see what needs attention, and after a reconnect elsewhere what they missed, once', async () => {
  const operator = await client();
  const { socket, welcome } = await operator.connect();
  const before = welcome.data.newest;
  expect((await socket.ask('follow', {})).data).toEqual({ after: before, missed: false });

  const driver = await city.driverAt(ROSSIO);
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await driver.accept(await driver.offer());
  driver.hangUp();
  const lost = await expect
    .poll(() => numbersSeen(socket).length, { timeout: SILENCE_MS + SLACK_MS })
    .toBeGreaterThan(0)
    .then(() => entryOf(socket, tripId, 'driver_lost'));
  expect(lost).toMatchObject({ driver_id: driver.driverId, data: { silent_since: expect.any(String) } });
  // Nobody else is there: the new search is a long one soon.
  const search = await entryOf(socket, tripId, 'long_search');
  expect(search).toMatchObject({ driver_id: null, data: { search_deadline_at: expect.any(String) } });
  const seen = numbersSeen(socket).at(-1) ?? 0;
  socket.hangUp();

  const other = await city.driverAt(ROSSIO);
  await other.accept(await other.offer());
  await other.phone.ask('arrived', { trip_id: tripId });
  const listed = async () => {
    const { body } = await operator.get<{ data: AttentionEntry[] }>(`/v1/ops/attention?cursor=${seen}`);
    return body.data.map(({ kind }) => kind);
  };
  await expect.poll(listed, { timeout: SLACK_MS }).toEqual(['long_wait']);
  await other.phone.ask('cancel', { trip_id: tripId });
  await expect.poll(listed, { timeout: SLACK_MS }).toEqual(['long_wait', 'driver_canceled', 'long_search']);

  const back = await operator.connect(city.url('trips-2'), city.url('trips-1'));
  expect((await back.socket.ask('follow', { after: seen })).data).toEqual({ after: seen, missed: false });
  await entryOf(back.socket, tripId, 'long_search');
  await rider.post(`/v1/trips/${tripId}/cancel`);
  await other.goHome();
  const after = numbersSeen(back.socket);
  expect(after).toEqual(after.map((_, index) => seen + index + 1));
  expect(after).toHaveLength(3);

  const ahead = await back.socket.ask('follow', { after: seen + 1_000_000 });
  expect(ahead.data).toMatchObject({ code: 'invalid_request' });
  expect(
    await city.rows(`SELECT DISTINCT act FROM operator_audit WHERE act LIKE '%attention' ORDER BY act`),
  ).toEqual([{ act: 'follow_attention' }, { act: 'list_attention' }]);
}, 90_000);

test('a driver whose positions look made up is a suspicion, and gets trips as before', async () => {
  const operator = await client();
  const { socket } = await operator.connect();
  await socket.ask('follow', {});
  const liar = await city.driverAt(ROSSIO);
  const honest = await city.driverAt(ESTRELA);
  const session = 1;
  for (let count = 0; count < 2; count++) {
    const jump = liar.phone.ping(session, ROSSIO.lat + 0.04, ROSSIO.lng);
    liar.phone.send({ type: 'position', data: jump });
    expect((await liar.phone.next('error')).data.code).toBe('position_implausible');
  }
  liar.phone.send({
    type: 'position',
    data: liar.phone.ping(session, ROSSIO.lat, ROSSIO.lng, { mocked: true }),
  });
  const isSuspicion = (frame: OperatorServerFrame) =>
    frame.type === 'attention' && frame.data.kind === 'suspicion';
  const reasons = { impossible_track: 2, mocked_position: 1 };
  const score = 0.63;
  expect((await socket.until(isSuspicion)).data).toMatchObject({
    driver_id: liar.driverId,
    trip_id: null,
    data: { score, reasons },
  });
  const { body } = await operator.get<{ data: object[] }>('/v1/ops/suspicions');
  expect(body.data).toMatchObject([{ driver_id: liar.driverId, score, reasons, point: ROSSIO }]);
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await liar.accept(await liar.offer());
  await rider.post(`/v1/trips/${tripId}/cancel`);
  await Promise.all([liar.goHome(), honest.goHome()]);
}, 60_000);

test('only operators who may read get a ticket or the list', async () => {
  const blind = await client('operator', ['ops.write', 'ops.force', 'integrations']);
  for (const path of [`${STREAM}/tickets`, '/v1/ops/attention', '/v1/ops/suspicions']) {
    const ask = (phone: Awaited<ReturnType<typeof client>>) =>
      path.endsWith('tickets') ? phone.post<object>(path) : phone.get<object>(path);
    expect((await ask(blind)).body).toMatchObject({ status: 403, code: 'insufficient_scope' });
    for (const role of ['rider', 'driver'] as const)
      expect((await ask(await client(role))).body).toMatchObject({ status: 403, code: 'forbidden' });
  }
});

test("a rider's ticket opens no feed, and a newer token that may not read does not prolong one", async () => {
  const rider = await client('rider');
  const issued = await rider.post<{ ticket: string }>(`${city.url('rider-api-1')}/v1/stream/tickets`);
  const opening = PhoneSocket.open(city.url('trips-1'), issued.body.ticket, operatorServerFrame, STREAM);
  await expect(opening).rejects.toThrow('401');

  const issuer = city.url('dev-issuer-1');
  const subject = 'operator_01k3q8v5mce9ts9wz2hbhvdz1q';
  const token = await tokenFor(issuer, 'operator', subject, 60);
  const operator = new Phone({
    api: city.url('trips-1'),
    token,
    serverFrame: operatorServerFrame,
    streamPath: STREAM,
  });
  const { socket } = await operator.connect();
  const weaker = await tokenFor(issuer, 'operator', subject, 60, ['ops.write']);
  expect((await socket.ask('token', { token: weaker })).data).toMatchObject({ code: 'insufficient_scope' });
  const same = await tokenFor(issuer, 'operator', subject, 60, ['ops.read']);
  expect((await socket.ask('token', { token: same })).type).toBe('ack');
});

test('an entry is taken on once, by name, by who may write; the audit has it, but not the counts', async () => {
  const operator = await client();
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await operator.post(`/v1/ops/trips/${tripId}/fail`, { reason_code: 'test' });
  const open = async (): Promise<AttentionEntry[]> => {
    const { body } = await operator.get<{ data: AttentionEntry[] }>(
      '/v1/ops/attention?open=true&kind=failed',
    );
    return body.data.filter(({ trip_id: id }) => id === tripId);
  };
  await expect.poll(async () => (await open()).length, { timeout: SLACK_MS }).toBe(1);
  const [entry] = await open();
  const count = async () => (await operator.get<{ open: number }>('/v1/ops/attention/count')).body.open;
  const before = await count();
  const path = `/v1/ops/attention/${entry!.number}/acknowledge`;
  const reader = await client('operator', ['ops.read']);
  expect((await reader.post(path, {})).body).toMatchObject({ code: 'insufficient_scope' });
  const key = { 'idempotency-key': `take-${entry!.number}` };
  const taken = await operator.post<AttentionEntry>(path, { note: 'mine' }, key);
  expect(taken.body.acknowledged).toMatchObject({ note: 'mine' });
  expect((await operator.post(path, { note: 'mine' }, key)).body).toEqual(taken.body);
  const late = await (await client()).post<AttentionEntry>(path, { note: 'too late' });
  expect(late.body.acknowledged).toEqual(taken.body.acknowledged);
  expect([await open(), await count()]).toEqual([[], before - 1]);
  const rows = await city.rows<{ act: string; notes: string[] }>(`
    SELECT act, array_agg(after->>'note' ORDER BY number) AS notes FROM operator_audit
    WHERE act IN ('acknowledge_attention', 'count_attention') GROUP BY act`);
  expect(rows).toEqual([{ act: 'acknowledge_attention', notes: ['mine', 'mine'] }]);
});
