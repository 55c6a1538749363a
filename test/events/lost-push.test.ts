import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectBus } from '#libs/bus';
import { riderPushSubject, type TripChange, type TripId } from '#libs/contracts';
import { SeverableLine } from '../../dev/network/severable-line.ts';
import { testDatabase, testNats, type TestDatabase, type TestNats } from '../../dev/test-world/index.ts';
import { outboxSize, TripsProcess } from './trips-process.ts';

const LIMIT = { timeout: 30_000, interval: 100 };

let database: TestDatabase;
let nats: TestNats;
let line: SeverableLine;
let ear: NatsConnection;
let trips: TripsProcess;
const heard: TripId[] = [];

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  line = await SeverableLine.to(nats.url);
  ear = await connectBus({ servers: nats.urls }, 'ear');
  ear.subscribe(riderPushSubject('*'), {
    callback: (_, message) => void heard.push(message.json<TripChange>().event.trip_id),
  });
  await ear.flush();
  trips = await TripsProcess.start('trips-1', database, line.url);
});
afterAll(async () => {
  await trips?.stop();
  await ear?.close();
  line?.close();
  await Promise.all([nats?.stop(), database?.drop()]);
});

test('pushes sent while the line was down are repeated, and only then deleted from the outbox', async () => {
  const delivered = await trips.request();
  await expect.poll(() => outboxSize(database), LIMIT).toBe(0);
  expect(heard).toEqual([delivered]);

  line.cut();
  const lost = await trips.request();
  expect(await outboxSize(database)).toBe(1);
  line.mend();
  await expect.poll(() => outboxSize(database), LIMIT).toBe(0);
  expect(heard).toContain(lost);
});
