import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId, newIdAt, uuidOf, type DeliveryReport, type TripId, type WebhookId } from '#libs/contracts';
import { query } from '../../ops/postgres/query.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import type { TripEventType } from '#libs/trip';
import {
  catchUpWebhook,
  Database,
  insertWebhook,
  insertWebhookSecret,
  purgeWebhookLanes,
  readWebhooks,
  reviveDeadLetters,
  settleDeliveries,
  suspendOverfull,
  takeDueDeliveries,
  takeInTripEvents,
  type DeliveryWish,
} from './index.ts';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const LEASE_MS = 15_000;
const ALONE: DeliveryWish = { limit: 100, perWebhook: 16, underWay: [] };
let testBase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testBase = await testDatabase();
  database = new Database({ urls: testBase.urls, maxConnections: 4, applicationName: 'webhooks-test' });
});
afterAll(async () => {
  await database.close();
  await testBase.drop();
});
beforeEach(() =>
  query(
    testBase.url,
    'SET session_replication_role = replica; TRUNCATE webhook CASCADE; TRUNCATE trip, trip_event, driver_claim',
  ),
);

async function webhook(max = 10, eventTypes: TripEventType[] | null = null): Promise<WebhookId> {
  const webhookId = newId('webhook');
  const row = {
    webhookId,
    url: 'https://example.com',
    eventTypes,
    createdAtMs: NOW_MS,
  };
  if (!(await insertWebhook(database, row, max))) throw new Error('too many');
  await insertWebhookSecret(
    database,
    webhookId,
    { sealed: 'sealed-1', keyId: 'key-1', fingerprint: 'a1' },
    NOW_MS,
  );
  return webhookId;
}

/** Inserts events of a trip, with the columns that webhooks need. */
async function happen(
  tripId: TripId,
  seqs: readonly number[],
  atMs = NOW_MS,
  type: TripEventType = 'arrived',
): Promise<void> {
  const at = new Date(atMs).toISOString();
  const rows = seqs.map((seq) => `('${uuidOf('trip', tripId)}', ${seq}, '${type}', '${at}', '{}')`).join();
  await query(
    testBase.url,
    `SET session_replication_role = replica; INSERT INTO trip_event (trip_id, seq, type, at, event) VALUES ${rows}`,
  );
}

const takeIn = (tripId: TripId, seq: number, notBeforeMs = 0): Promise<number> =>
  database.transact((transaction) => takeInTripEvents(transaction, [{ tripId, seq }], NOW_MS, notBeforeMs));

const take = (atMs: number, wish = ALONE): ReturnType<typeof takeDueDeliveries> =>
  takeDueDeliveries(database, wish, atMs, atMs + LEASE_MS);

function report(
  [webhookId, tripId, seq, attempt]: [WebhookId, TripId, number, number],
  outcome: DeliveryReport['outcome'],
  said: Partial<DeliveryReport> = {},
): ReturnType<typeof settleDeliveries> {
  const ids = { webhook_id: webhookId, trip_id: tripId, seq, attempt };
  const rest = { outcome, retry_in_ms: 1_000, status: null, error: null, refusal: null, hold_ms: 0 };
  return database.transact((transaction) =>
    settleDeliveries(transaction, [{ ...ids, ...rest, ...said }], NOW_MS),
  );
}

test('each event is taken in once for each webhook, also if it is reported repeatedly and concurrently', async () => {
  await webhook();
  await webhook();
  const tripId = newId('trip');
  await happen(tripId, [1, 2, 3]);
  const counts = await Promise.all([
    takeIn(tripId, 2),
    takeIn(tripId, 3),
    takeIn(tripId, 1),
    takeIn(tripId, 3),
  ]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6);
  expect(await takeIn(tripId, 3)).toBe(0);
});

test('events from before the webhook, and from too long ago, are not taken in', async () => {
  await webhook();
  const tripId = newId('trip');
  await happen(tripId, [1], NOW_MS - 1);
  await happen(tripId, [2], NOW_MS);
  await happen(tripId, [3], NOW_MS + 10);
  expect(await takeIn(tripId, 3, NOW_MS + 5)).toBe(1);
  expect((await take(NOW_MS)).map(({ seq }) => seq)).toEqual([3]);
});

test('a webhook takes in the types of events that it asked for, also when it catches up', async () => {
  const webhookId = await webhook(10, ['completed', 'rider_canceled']);
  const [tripId, missed] = [newIdAt('trip', NOW_MS), newIdAt('trip', NOW_MS + 1_000)];
  await happen(tripId, [1, 3]);
  await happen(tripId, [2], NOW_MS, 'rider_canceled');
  expect(await takeIn(tripId, 3)).toBe(1);
  const [taken, ...others] = await take(NOW_MS);
  expect([taken?.seq, others]).toEqual([2, []]);
  await report([webhookId, tripId, 2, 1], 'dead', GONE);
  await happen(missed, [1], NOW_MS + 1_000);
  await happen(missed, [2], NOW_MS + 1_000, 'completed');
  await reviveDeadLetters(database, webhookId, undefined, NOW_MS);
  expect(await catchUp()).toEqual([1, 0]);
});

test('one delivery per trip and webhook is taken at a time, up to the limit per webhook', async () => {
  const webhookId = await webhook();
  const tripIds = Array.from({ length: 5 }, () => newId('trip'));
  for (const tripId of tripIds) {
    await happen(tripId, [1, 2]);
    await takeIn(tripId, 2);
  }
  const room = { ...ALONE, perWebhook: 4, underWay: [{ webhook_id: webhookId, count: 1 }] };
  expect((await take(NOW_MS, room)).map(({ seq }) => seq)).toEqual([1, 1, 1]);
  expect((await take(NOW_MS)).map(({ seq }) => seq)).toEqual([1, 1]);
  expect(await take(NOW_MS)).toEqual([]);
  expect(await take(NOW_MS + LEASE_MS)).toHaveLength(5);
});

test('a report after the lease has ended counts only if the delivery succeeded', async () => {
  const webhookId = await webhook();
  const tripId = newId('trip');
  await happen(tripId, [1, 2]);
  await takeIn(tripId, 2);
  await take(NOW_MS);
  const [second] = await take(NOW_MS + LEASE_MS);
  expect(second).toMatchObject({ seq: 1, attempt: 2 });
  await report([webhookId, tripId, 1, 1], 'dead');
  expect(await readWebhooks(database, webhookId)).toMatchObject([{ waiting: 2, deadLetters: 0 }]);
  await report([webhookId, tripId, 1, 1], 'delivered');
  expect((await take(NOW_MS)).map(({ seq }) => seq)).toEqual([2]);
});

test('a webhook with too many waiting deliveries is suspended, and resumes when it is replayed', async () => {
  const [full, other] = [await webhook(), await webhook()];
  const tripId = newId('trip');
  await happen(tripId, [1, 2, 3, 4]);
  await takeIn(tripId, 3);
  await query(testBase.url, `DELETE FROM webhook_delivery WHERE webhook_id = '${uuidOf('webhook', other)}'`);
  expect(await suspendOverfull(database, 3, NOW_MS)).toEqual([]);
  expect(await suspendOverfull(database, 2, NOW_MS)).toEqual([full]);
  expect(await takeIn(tripId, 4)).toBe(1);
  await reviveDeadLetters(database, full, undefined, NOW_MS);
  expect(await takeIn(tripId, 4)).toBe(1);
});

/** Takes in what resumed webhooks have missed, two trips at a time; returns the deliveries of each page. */
async function catchUp(waiting = 100, notBeforeMs = 0): Promise<number[]> {
  const pages: number[] = [];
  for (;;) {
    const page = await database.transact((transaction) =>
      catchUpWebhook(transaction, { trips: 2, waiting }, NOW_MS, notBeforeMs),
    );
    if (page === undefined) return pages;
    pages.push(page.deliveries);
  }
}

test('a resumed webhook catches up with what happened while it was gone, each trip in order, and no other does', async () => {
  const underWay = newIdAt('trip', NOW_MS - 3_600_000);
  const webhookId = await webhookWith([underWay]);
  const other = await webhook();
  await takeIn(underWay, 1);
  await take(NOW_MS);
  await report([webhookId, underWay, 1, 1], 'dead', GONE);
  const during = [1, 2, 3].map((second) => newIdAt('trip', NOW_MS + 1_000 * second));
  await happen(underWay, [2, 3], NOW_MS + 500);
  for (const tripId of during) await happen(tripId, [1, 2], NOW_MS + 1_000);
  expect(await catchUp()).toEqual([]);
  await reviveDeadLetters(database, webhookId, undefined, NOW_MS);
  expect(await readWebhooks(database, webhookId)).toMatchObject([{ catchesUp: true, waiting: 1 }]);
  // Three waiting deliveries are too many for a start: the rest is taken in later.
  expect(await catchUp(3)).toEqual([4]);
  expect(await catchUp()).toEqual([4, 0]);
  expect(await readWebhooks(database, webhookId)).toMatchObject([{ catchesUp: false, waiting: 9 }]);
  expect(await readWebhooks(database, other)).toMatchObject([{ waiting: 1 }]);
  expect(await takeIn(underWay, 3)).toBe(2); // of the other webhook
  const seqs = [];
  for (let taken = await take(NOW_MS + 1); taken.length > 0; taken = await take(NOW_MS + 1))
    for (const { webhookId: of, tripId, seq, attempt } of taken) {
      if (of === webhookId && tripId === underWay) seqs.push(seq);
      await report([of, tripId, seq, attempt], 'delivered');
    }
  expect(seqs).toEqual([1, 2, 3]);
});

test('a resumed webhook gets nothing from before it existed or from too long ago', async () => {
  const webhookId = await webhook();
  const [old, recent] = [newIdAt('trip', NOW_MS - 1_000), newIdAt('trip', NOW_MS + 1_000)];
  await query(
    testBase.url,
    `UPDATE webhook SET suspended_at = to_timestamp(${NOW_MS / 1_000}), suspended_reason = 'gone'`,
  );
  await happen(old, [1], NOW_MS - 1_000);
  await happen(old, [2], NOW_MS + 1_000);
  await happen(recent, [1], NOW_MS + 5_000);
  await reviveDeadLetters(database, webhookId, undefined, NOW_MS);
  expect(await catchUp(100, NOW_MS + 2_000)).toEqual([1, 0]);
  expect((await take(NOW_MS)).map(({ tripId, seq }) => [tripId, seq])).toEqual([[recent, 1]]);
});

/** A webhook with one due delivery of each of these trips. */
async function webhookWith(tripIds: readonly TripId[]): Promise<WebhookId> {
  const webhookId = await webhook();
  for (const tripId of tripIds) {
    await happen(tripId, [1]);
    await takeIn(tripId, 1);
  }
  return webhookId;
}

const GONE = { refusal: 'gone', error: 'answered 410' } as const;
const REFUSED = { refusal: 'refused', error: 'answered 404' } as const;

test('a webhook that is gone is suspended at once, told nothing more, and resumes when it is replayed', async () => {
  const [first, second] = [newId('trip'), newId('trip')] as const;
  const webhookId = await webhookWith([first, second]);
  await take(NOW_MS, { ...ALONE, limit: 1 });
  const suspended = await report([webhookId, first, 1, 1], 'dead', GONE);
  expect(suspended).toEqual([{ webhookId, reason: 'gone', error: 'answered 410' }]);
  expect(await report([webhookId, second, 1, 1], 'retry', REFUSED)).toEqual([]);
  expect(await take(NOW_MS + LEASE_MS)).toEqual([]);
  expect(await readWebhooks(database, webhookId)).toMatchObject([
    { suspendedAtMs: NOW_MS, suspendedReason: 'gone', suspendedError: 'answered 410' },
  ]);
  const later = newId('trip');
  await happen(later, [1]);
  expect(await takeIn(later, 1)).toBe(0);
  await reviveDeadLetters(database, webhookId, undefined, NOW_MS);
  expect(await readWebhooks(database, webhookId)).toMatchObject([
    { suspendedAtMs: null, suspendedReason: null, suspendedError: null },
  ]);
  expect((await take(NOW_MS + LEASE_MS)).length).toBeGreaterThan(0);
});

test('a webhook that refuses each attempt of a delivery is suspended, and its events wait', async () => {
  const tripId = newId('trip');
  const webhookId = await webhookWith([tripId]);
  for (const attempt of [1, 2])
    expect(await report([webhookId, tripId, 1, attempt], 'retry', REFUSED)).toEqual([]);
  expect(await report([webhookId, tripId, 1, 3], 'dead', REFUSED)).toMatchObject([{ reason: 'refused' }]);
  const later = newId('trip');
  await happen(later, [1]);
  expect(await takeIn(later, 1)).toBe(1);
  expect(await take(NOW_MS)).toEqual([]);
  expect(await suspendOverfull(database, 1, NOW_MS)).toEqual([webhookId]);
  const last = newId('trip');
  await happen(last, [1]);
  expect(await takeIn(last, 1)).toBe(0);
  await reviveDeadLetters(database, webhookId, undefined, NOW_MS);
  expect(await take(NOW_MS)).toHaveLength(2);
});

test('a delivery that alone is refused does not suspend its webhook', async () => {
  const [bad, good] = [newId('trip'), newId('trip')] as const;
  const webhookId = await webhookWith([bad, good]);
  for (const attempt of [1, 2]) await report([webhookId, bad, 1, attempt], 'retry', REFUSED);
  await report([webhookId, good, 1, 1], 'delivered');
  expect(await report([webhookId, bad, 1, 3], 'dead', REFUSED)).toEqual([]);
  expect(await readWebhooks(database, webhookId)).toMatchObject([{ suspendedAtMs: null }]);
});

test('an endpoint that asks for a pause is not called for any trip until it is over', async () => {
  const [first, second] = [newId('trip'), newId('trip')] as const;
  const webhookId = await webhookWith([first, second]);
  await report([webhookId, first, 1, 0], 'retry', { hold_ms: 60_000, retry_in_ms: 60_000 });
  await report([webhookId, first, 1, 0], 'retry', { hold_ms: 5_000, retry_in_ms: 60_000 });
  expect(await take(NOW_MS + 59_999)).toEqual([]);
  expect(await readWebhooks(database, webhookId)).toMatchObject([{ heldUntilMs: NOW_MS + 60_000 }]);
  expect(await take(NOW_MS + 60_000)).toHaveLength(2);
});

test('the lane of a trip is purged in time, but not while a delivery waits', async () => {
  const webhookId = await webhook();
  const tripId = newId('trip');
  await happen(tripId, [1]);
  await takeIn(tripId, 1);
  expect(await purgeWebhookLanes(database, NOW_MS + 1, 10)).toBe(0);
  await report([webhookId, tripId, 1, 0], 'delivered');
  expect(await purgeWebhookLanes(database, NOW_MS, 10)).toBe(0);
  expect(await purgeWebhookLanes(database, NOW_MS + 1, 10)).toBe(1);
});

test('webhooks past the bound are refused', async () => {
  await webhook(1);
  await expect(webhook(1)).rejects.toThrow('too many');
});

test('one delivery of a trip is due after an event arrives while the one before it is being settled', async () => {
  const webhookId = await webhook();
  const tripIds = Array.from({ length: 20 }, () => newId('trip'));
  await Promise.all(tripIds.map((tripId) => happen(tripId, [1, 2, 3])));
  await Promise.all(tripIds.map((tripId) => takeIn(tripId, 1)));
  for (const seq of [1, 2]) {
    expect(await take(NOW_MS, { ...ALONE, perWebhook: 100 })).toHaveLength(tripIds.length);
    await Promise.all(
      tripIds.flatMap((tripId) => [
        report([webhookId, tripId, seq, 1], 'delivered'),
        takeIn(tripId, seq + 1),
      ]),
    );
  }
  expect((await take(NOW_MS, { ...ALONE, perWebhook: 100 })).map(({ seq }) => seq)).toEqual(
    tripIds.map(() => 3),
  );
});
