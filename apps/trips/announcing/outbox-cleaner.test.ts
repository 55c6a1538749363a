import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectBus } from '#libs/bus';
import { idFromUuid, uuidOf, type TripId } from '#libs/contracts';
import { createLogger, systemClock } from '#libs/service';
import { Database, TripStore } from '#libs/store';
import { query } from '../../../stack/postgres/query.ts';
import { testDatabase, testNats, type TestDatabase, type TestNats } from '../../../stack/test-world/index.ts';
import { SeverableLine } from '../../../stack/network/severable-line.ts';
import { OutboxCleaner } from './outbox-cleaner.ts';

const SUBJECT = 'push.rider.test';
const clock = systemClock();

let database: TestDatabase;
let nats: TestNats;
let line: SeverableLine;
let bus: NatsConnection;
let ear: NatsConnection;
let store: TripStore;
let cleaner: OutboxCleaner;
const heard: string[] = [];

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  line = await SeverableLine.to(nats.url);
  [bus, ear] = await Promise.all([connectBus([line.url], 'cleaner'), connectBus([...nats.urls], 'ear')]);
  ear.subscribe(SUBJECT, { callback: (_, message) => void heard.push(message.string()) });
  await ear.flush();
  store = new TripStore(
    new Database({ urls: database.urls, maxConnections: 2, applicationName: 'cleaner-test' }),
    { now: () => clock.now(), outboxGraceMs: 2_000 },
  );
  cleaner = new OutboxCleaner(store, bus, createLogger('test', 'test-1', 'silent'));
});
afterAll(async () => {
  await Promise.all([bus?.close(), ear?.close(), store?.close()]);
  line?.close();
  await Promise.all([nats?.stop(), database?.drop()]);
});

/** As the announcer does it: one entry in the table, its change on its way, and the cleaner told so. */
async function push(tripId: TripId): Promise<void> {
  await query(database.url, `INSERT INTO outbox VALUES ('${uuidOf('trip', tripId)}', 1, now())`);
  bus.publish(SUBJECT, tripId);
  cleaner.pushed({ tripId, seq: 1 });
}

async function kept(): Promise<TripId[]> {
  const rows = await query<{ trip_id: string }>(database.url, 'SELECT trip_id FROM outbox');
  return rows.map(({ trip_id }) => idFromUuid('trip', trip_id));
}

/** Resolves at the next status of this type. */
async function status(type: 'disconnect' | 'reconnect'): Promise<void> {
  for await (const { type: current } of bus.status()) if (current === type) return;
}

test('an entry goes once its change is out, and stays where the connection was lost meanwhile', async () => {
  const [delivered, lost] = [
    idFromUuid('trip', '01890000-0000-7000-8000-000000000001'),
    idFromUuid('trip', '01890000-0000-7000-8000-000000000002'),
  ];
  await push(delivered);
  await cleaner.flush();
  expect(await kept()).toEqual([]);

  const [gone, back] = [status('disconnect'), status('reconnect')];
  line.cut();
  await gone;
  await push(lost);
  line.mend();
  await back;
  await cleaner.flush();
  await expect.poll(() => heard).toEqual([delivered]);
  expect(await kept()).toEqual([lost]);
});
