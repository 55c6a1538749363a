import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { uuidOf, type TripId, type WebhookId } from '#libs/contracts';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { query } from '../../ops/postgres/query.ts';
import { startServices, type TestWorld } from '../../dev/test-world/index.ts';
import { numbersUpTo } from '../events/read-stream.ts';
import { outboxSize, TripsProcess } from '../events/trips-process.ts';
import { Receiver } from './receiver.ts';
import { WebhookOperator } from './webhook-operator.ts';

const ATTEMPTS = 3;
const LIMIT = { timeout: 30_000, interval: 50 };

let world: TestWorld;
let trips: TripsProcess;
let operator: WebhookOperator;
let receiver: Receiver;
let webhookId: WebhookId;

beforeAll(async () => {
  world = await startServices(['dev-issuer', 'trips', 'webhooks'], {
    env: {
      HAILGRID_WEBHOOK_ALLOW_PRIVATE: 'true',
      // A sender that gives up sends the message again: no receiver of these tests is that slow.
      HAILGRID_WEBHOOK_TIMEOUT_MS: '5000',
      HAILGRID_WEBHOOK_RETRY_MS: '300',
      HAILGRID_WEBHOOK_ATTEMPTS: String(ATTEMPTS),
    },
  });
  trips = await TripsProcess.start('trips-9', world.database, world.nats.url);
  operator = await WebhookOperator.of(world);
});
afterAll(async () => {
  await trips?.stop();
  await world?.stop();
});
beforeEach(async () => {
  receiver = await Receiver.start();
  const webhook = await operator.create(receiver.url);
  receiver.secret = webhook.secret;
  webhookId = webhook.webhook_id;
});
afterEach(async () => {
  await operator.delete(webhookId);
  await receiver.close();
  expect(receiver.undocumented).toEqual([]);
});

/** A trip with a number of events. */
async function trip(events: number): Promise<TripId> {
  const tripId = await trips.request();
  for (let event = 2; event <= events; event += 1) await trips.happen(tripId);
  return tripId;
}

/** Waits until a later event was delivered, so that whatever was due before it has been tried. */
async function laterEventDelivered(): Promise<void> {
  const marker = await trip(1);
  await expect.poll(() => receiver.seqsOf(marker), LIMIT).toEqual([1]);
}

test('each event of each trip is delivered once, signed, in order; the secret is shown once', async () => {
  const tripIds = await Promise.all(Array.from({ length: 20 }, () => trip(5)));
  await expect.poll(() => receiver.taken.length, LIMIT).toBe(100);
  for (const tripId of tripIds) expect(receiver.seqsOf(tripId)).toEqual(numbersUpTo(5));
  expect(new Set(receiver.asked.map(({ id }) => id)).size).toBe(100);
  expect(receiver.repeated).toEqual([]);
  expect(receiver.taken[0]).toMatchObject({ type: 'trip.requested', seq: 1 });
  // The last deliveries precede their record in the database.
  const delivered = { url: receiver.url, waiting: 0, dead_letters: 0 };
  await expect.poll(async () => (await operator.list())[0], LIMIT).toMatchObject(delivered);
  const [shown] = await operator.list();
  expect(JSON.stringify(shown)).not.toContain('whsec_');
});

test('a webhook gets the events it subscribed to, from its creation on', async () => {
  const tripId = await trip(2);
  await expect.poll(() => receiver.taken.length, LIMIT).toBe(2);
  const other = await Receiver.start();
  const webhook = await operator.create(other.url, ['rider_canceled']);
  other.secret = webhook.secret;
  await trips.happen(tripId);
  await trips.end(tripId);
  await expect.poll(() => other.taken, LIMIT).toMatchObject([{ type: 'trip.rider_canceled', seq: 4 }]);
  await expect.poll(() => receiver.seqsOf(tripId), LIMIT).toEqual([1, 2, 3, 4]);
  await operator.delete(webhook.webhook_id);
  await other.close();
});

test('an undeliverable event delays only its own trip, and is delivered first afterwards', async () => {
  const [stuck, free] = [await trip(1), await trip(1)];
  await expect.poll(() => receiver.taken.length, LIMIT).toBe(2);
  receiver.answer = ({ tripId, seq }) =>
    tripId === stuck && seq === 2 && receiver.taken.length < 6 ? 500 : 200;
  for (const tripId of [stuck, free]) for (let event = 0; event < 4; event += 1) await trips.happen(tripId);
  await expect.poll(() => receiver.taken.length, LIMIT).toBe(10);
  expect(receiver.seqsOf(stuck)).toEqual(numbersUpTo(5));
  expect(receiver.seqsOf(free)).toEqual(numbersUpTo(5));
  const tries = receiver.asked.filter(({ tripId, seq }) => tripId === stuck && seq === 2);
  expect(tries.length).toBeGreaterThan(1);
  expect(new Set(tries.map(({ id }) => id)).size).toBe(1);
});

test('an endpoint gets everything after an outage', async () => {
  await receiver.close();
  const tripIds = await Promise.all([trip(4), trip(4)]);
  await receiver.listen();
  await expect.poll(() => receiver.taken.length, LIMIT).toBe(8);
  for (const tripId of tripIds) expect(receiver.seqsOf(tripId)).toEqual(numbersUpTo(4));
});

test('an event that exhausts its attempts becomes a dead letter with the rest of its trip, and can be replayed', async () => {
  receiver.answer = () => 500;
  const tripIds = [await trip(3), await trip(2)];
  const dead = async (): Promise<number> => (await operator.deadLetters(webhookId)).data.length;
  await expect.poll(dead, LIMIT).toBe(2);
  const { data } = await operator.deadLetters(webhookId);
  expect(data).toMatchObject([
    { trip_id: tripIds[0], seq: 1, attempts: ATTEMPTS, status: 500, waiting_behind: 2 },
    { trip_id: tripIds[1], seq: 1, attempts: ATTEMPTS, error: 'answered 500', waiting_behind: 1 },
  ]);
  expect(await operator.list()).toMatchObject([{ waiting: 5, dead_letters: 2 }]);
  const page = await operator.deadLetters(webhookId, '?limit=1');
  expect(page.next_cursor).toBe(tripIds[0]);
  expect((await operator.deadLetters(webhookId, `?cursor=${page.next_cursor}`)).data).toHaveLength(1);

  receiver.answer = () => 200;
  await laterEventDelivered();
  for (const tripId of tripIds) expect(receiver.seqsOf(tripId)).toEqual([]);
  expect(await operator.replay(webhookId, tripIds[0])).toBe(1);
  await expect.poll(() => receiver.seqsOf(tripIds[0]!), LIMIT).toEqual([1, 2, 3]);
  expect(await operator.replay(webhookId)).toBe(1);
  await expect.poll(() => receiver.seqsOf(tripIds[1]!), LIMIT).toEqual([1, 2]);
});

test('an endpoint that answers 410 is called once, and the operator sees why', async () => {
  receiver.answer = () => 410;
  const tripId = await trip(3);
  const shown = { suspended_reason: 'gone', suspended_error: 'answered 410', dead_letters: 1 };
  await expect.poll(async () => (await operator.list())[0], LIMIT).toMatchObject(shown);
  await trips.happen(tripId);
  const during = await trip(2);
  await sleep(1_500);
  expect(receiver.asked).toHaveLength(1);
  receiver.answer = () => 200;
  expect(await operator.replay(webhookId)).toBe(1);
  expect((await operator.list())[0]).toMatchObject({ suspended_at: null, suspended_reason: null });
  // What happened while nobody was there comes too, though neither trip has another event.
  await expect.poll(() => receiver.seqsOf(tripId), LIMIT).toEqual(numbersUpTo(4));
  await expect.poll(() => receiver.seqsOf(during), LIMIT).toEqual(numbersUpTo(2));
  await expect.poll(async () => (await operator.list())[0], LIMIT).toMatchObject({ catching_up: false });
  await trips.happen(tripId);
  await expect.poll(() => receiver.seqsOf(tripId), LIMIT).toEqual(numbersUpTo(5));
});

test('an endpoint that refuses each attempt is suspended with the reason, and gets all after a replay', async () => {
  receiver.answer = () => 404;
  const tripId = await trip(2);
  const shown = { suspended_reason: 'refused', suspended_error: 'answered 404' };
  await expect.poll(async () => (await operator.list())[0], LIMIT).toMatchObject(shown);
  expect(receiver.asked).toHaveLength(ATTEMPTS);
  const later = await trip(2);
  await expect.poll(async () => (await operator.list())[0], LIMIT).toMatchObject({ waiting: 4 });
  receiver.answer = () => 200;
  await operator.replay(webhookId);
  await expect.poll(() => receiver.seqsOf(tripId), LIMIT).toEqual([1, 2]);
  await expect.poll(() => receiver.seqsOf(later), LIMIT).toEqual([1, 2]);
});

test('Retry-After of 429 holds back every delivery to the endpoint', async () => {
  receiver.answer = () => 429;
  receiver.retryAfter = '3';
  const tripId = await trip(1);
  await expect.poll(async () => (await operator.list())[0]?.paused_until, LIMIT).toEqual(expect.any(String));
  receiver.answer = () => 200;
  const startedMs = performance.now();
  const other = await trip(1);
  await expect.poll(() => receiver.seqsOf(other), LIMIT).toEqual([1]);
  expect(performance.now() - startedMs).toBeGreaterThan(1_500);
  await expect.poll(() => receiver.seqsOf(tripId), LIMIT).toEqual([1]);
  expect(receiver.asked.filter((message) => message.tripId === tripId)).toHaveLength(2);
});

test('a killed webhooks instance loses nothing: its deliveries are repeated with the same id, in order', async () => {
  const service = world.service('webhooks-1');
  receiver.answer = ({ seq }) => (seq === 2 ? undefined : 200);
  const tripIds = await Promise.all([trip(4), trip(4), trip(4)]);
  await expect
    .poll(() => receiver.asked.filter(({ seq }) => seq === 2).length, LIMIT)
    .toBeGreaterThanOrEqual(3);
  await service.kill();
  receiver.answer = () => 200;
  for (const tripId of tripIds) await trips.happen(tripId);
  await service.restart();
  await expect.poll(() => receiver.taken.length, LIMIT).toBeGreaterThanOrEqual(15);
  for (const tripId of tripIds) expect([...new Set(receiver.seqsOf(tripId))]).toEqual(numbersUpTo(5));
  for (const { id, tripId, seq } of receiver.asked) expect(id).toBe(`${tripId}_${seq}`);
});

test('a rebuilt stream causes no repeated deliveries', async () => {
  const tripId = await trip(3);
  await expect.poll(() => receiver.taken.length, LIMIT).toBe(3);
  await world.nats.nodes[0]!.server.kill();
  await world.nats.nodes[0]!.restart();
  await trips.happen(tripId);
  const command = ['--conditions=source', 'ops/rebuild-events.ts'];
  const where = ['--database', world.database.url, '--nats', world.nats.url];
  await promisify(execFile)(process.execPath, [...command, ...where], { cwd: CHECKOUT });
  await trips.happen(tripId);
  await expect.poll(() => receiver.seqsOf(tripId), LIMIT).toEqual(numbersUpTo(5));
  await expect.poll(() => outboxSize(world.database), LIMIT).toBe(0);
  await laterEventDelivered();
  expect(receiver.seqsOf(tripId)).toEqual(numbersUpTo(5));
  expect(receiver.repeated).toEqual([]);
});

test('events that the stream lost are delivered as soon as the trip has its next event', async () => {
  const tripId = await trip(1);
  await expect.poll(() => receiver.taken.length, LIMIT).toBe(1);
  await trips.happen(tripId, true);
  await query(world.database.url, 'DELETE FROM outbox'); // as if NATS lost events it had acknowledged
  await trips.happen(tripId);
  await expect.poll(() => receiver.seqsOf(tripId), LIMIT).toEqual([1, 2, 3]);
});

test('a trip whose events were tampered with is a dead letter, and delays no other trip', async () => {
  receiver.answer = () => 500;
  const broken = await trip(3);
  await expect.poll(() => receiver.asked.length, LIMIT).toBeGreaterThan(0);
  await query(
    world.database.url,
    `SET session_replication_role = replica; DELETE FROM trip_event WHERE seq = 2 AND trip_id = '${uuidOf('trip', broken)}'`,
  );
  receiver.answer = () => 200;
  const whole = await trip(3);
  await expect.poll(() => receiver.seqsOf(whole), LIMIT).toEqual([1, 2, 3]);
  const dead = async (): Promise<unknown> => (await operator.deadLetters(webhookId)).data;
  await expect.poll(dead, LIMIT).toMatchObject([{ trip_id: broken, error: 'the event cannot be read' }]);
});

test('two instances share the work, and the order holds', async () => {
  const second = await world.add('webhooks');
  const tripIds = await Promise.all(Array.from({ length: 20 }, () => trip(6)));
  await expect.poll(() => receiver.taken.length, LIMIT).toBe(120);
  for (const tripId of tripIds) expect(receiver.seqsOf(tripId)).toEqual(numbersUpTo(6));
  await second.stop();
});
