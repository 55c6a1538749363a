import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectBus } from '#libs/bus';
import { newId, tripEventsSubject } from '#libs/contracts';
import { replaceEventStream } from '#libs/event-stream';
import { Database } from '#libs/store';
import { auditTrips, isSound } from '../../ops/audit/audit-trips.ts';
import { StreamNumbers } from '../../ops/events/stream-numbers.ts';
import { query } from '../../ops/postgres/query.ts';
import { testDatabase, testNats, type TestDatabase, type TestNats } from '../../dev/test-world/index.ts';
import { outboxSize, TripsProcess } from './trips-process.ts';

const LIMIT = { timeout: 30_000, interval: 100 };
let testBase: TestDatabase;
let database: Database;
let nats: TestNats;
let bus: NatsConnection;
let trips: TripsProcess;

beforeAll(async () => {
  [testBase, nats] = await Promise.all([testDatabase(), testNats()]);
  database = new Database({ urls: testBase.urls, maxConnections: 2, applicationName: 'audit' });
  bus = await connectBus({ servers: nats.urls }, 'audit');
  trips = await TripsProcess.start('trips-1', testBase, nats.url);
});
afterAll(async () => {
  await trips.stop();
  await Promise.all([bus.close(), database.close()]);
  await Promise.all([nats.stop(), testBase.drop()]);
});

const audit = (): ReturnType<typeof auditTrips> => auditTrips(database, new StreamNumbers(bus));

test('the audit counts events as published, waiting or missing, and shows those out of order', async () => {
  const [one, other] = [await trips.request(), await trips.request()];
  await Promise.all([trips.happen(one), trips.happen(other)]);
  await expect.poll(() => outboxSize(testBase), LIMIT).toBe(0);
  const whole = await audit();
  expect(whole).toMatchObject({ events: 4, stream: { events: 4, waiting: 0, missing: 0, out_of_order: 0 } });
  expect(isSound(whole)).toBe(true);

  await trips.happen(one, true);
  expect((await audit()).stream).toMatchObject({ waiting: 1, missing: 0 });
  await query(testBase.url, 'DELETE FROM outbox');
  const lacking = await audit();
  expect(lacking.stream).toMatchObject({ waiting: 0, missing: 1, out_of_order: 0 });
  expect(isSound(lacking)).toBe(false);

  const stranger = newId('trip');
  for (const seq of [1, 3, 2, 1])
    await jetstream(bus).publish(
      tripEventsSubject(stranger),
      JSON.stringify({ event: { trip_id: stranger, seq } }),
    );
  expect((await audit()).stream).toMatchObject({ events: 8, missing: 1, out_of_order: 1 });
});

test('changes during the audit are no findings', async () => {
  await replaceEventStream(bus, { replicas: 1, maxBytes: 1024 * 1024 });
  await query(
    testBase.url,
    'SET session_replication_role = replica; TRUNCATE trip, trip_history, trip_event, driver_claim, outbox',
  );
  const end = new AbortController();
  const living = (async () => {
    while (!end.signal.aborted) await trips.happen(await trips.request());
  })();
  for (let go = 0; go < 10; go += 1)
    expect((await audit()).stream).toMatchObject({ missing: 0, out_of_order: 0 });
  end.abort();
  await living;
});
