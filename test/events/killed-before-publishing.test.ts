import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectBus } from '#libs/bus';
import { EVENT_STREAM_LOCK } from '#libs/store';
import { withClient } from '../../ops/postgres/query.ts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { outboxSize } from './trips-process.ts';
import { readStream } from './read-stream.ts';

const RIDERS = 8;
const LIMIT = { timeout: 30_000, interval: 100 };
let city: TestCity;
let bus: NatsConnection;

beforeAll(async () => {
  city = await TestCity.start(['dev-issuer', 'trips', 'trips', 'matcher', 'rider-api', 'driver-api']);
  bus = await connectBus({ servers: city.world.nats.urls }, 'reader');
});
afterAll(async () => {
  await bus.close();
  await city.stop();
});

test('another process publishes events of processes that were killed between commit and publication', async () => {
  const riders = await Promise.all(Array.from({ length: RIDERS }, () => city.rider()));
  const quotes = await Promise.all(riders.map(async (rider) => (await rider.quote(ROSSIO, ESTRELA)).body));
  const trips = await withClient(city.world.database.url, async (client) => {
    // The lock blocks publication; commits continue.
    await client.query(`SELECT pg_advisory_lock(${EVENT_STREAM_LOCK})`);
    const answers = await Promise.all(
      riders.map((rider, index) => rider.requestTrip(quotes[index]!.quote_id, `key-${index}`)),
    );
    await Promise.all(['trips-1', 'trips-2'].map((instance) => city.world.service(instance).kill()));
    expect(answers.map(({ status }) => status)).toEqual(riders.map(() => 201));
    expect(await outboxSize(city.world.database)).toBe(RIDERS);
    expect((await readStream(bus)).size).toBe(0);
    return answers.map(({ body }) => body.trip_id);
  });
  await city.world.service('trips-1').restart();
  await expect.poll(() => outboxSize(city.world.database), LIMIT).toBe(0);
  const stored = await readStream(bus);
  expect([...stored.keys()].toSorted()).toEqual(trips.toSorted());
  for (const seqs of stored.values()) expect(seqs).toEqual([1]);
  await city.world.service('trips-2').restart();
});
