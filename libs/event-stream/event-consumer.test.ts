import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectBus } from '#libs/bus';
import { newId, tripEventsSubject, type TripChange, type TripId } from '#libs/contracts';
import { testNats, type TestNats } from '../../dev/test-world/index.ts';
import { EventConsumer, type EventNumber } from './event-consumer.ts';
import { ensureEventStream } from './event-stream.ts';
import { EventWriter } from './event-writer.ts';

const SETTINGS = { replicas: 1, maxBytes: 64 * 1024 * 1024 };
const LIMIT = { timeout: 40_000, interval: 50 };
let nats: TestNats;
let bus: NatsConnection;
let consumer: EventConsumer | undefined;
let failures: unknown[];
let dropped: string[];

beforeEach(async () => {
  nats = await testNats();
  bus = await connectBus({ servers: nats.urls }, 'consumer');
  await ensureEventStream(bus, SETTINGS);
  [failures, dropped] = [[], []];
});
afterEach(async () => {
  await consumer?.stop();
  await bus.close();
  await nats.stop();
});

function consume(handle: (events: EventNumber[]) => Promise<void>): EventConsumer {
  consumer = new EventConsumer({
    bus,
    name: 'test',
    createsConsumer: true,
    handle,
    onFailure: (error) => void failures.push(error),
    onWork: () => {},
    onDropped: (_, subject) => void dropped.push(subject),
  });
  consumer.start();
  return consumer;
}

async function store(tripId: TripId, ...seqs: number[]): Promise<void> {
  const writer = new EventWriter(bus);
  for (const seq of seqs) await writer.store({ event: { trip_id: tripId, seq } } as TripChange);
}

test('it starts at the first event, and after a restart continues where it stopped', async () => {
  const tripId = newId('trip');
  await store(tripId, 1, 2, 3);
  const received: number[] = [];
  const receive = async (events: EventNumber[]): Promise<void> =>
    void received.push(...events.map(({ seq }) => seq));
  consume(receive);
  await expect.poll(() => received, LIMIT).toEqual([1, 2, 3]);
  await consumer!.stop();
  await store(tripId, 4);
  consume(receive);
  await expect.poll(() => received, LIMIT).toEqual([1, 2, 3, 4]);
});

test('a failed batch is retried before later events', async () => {
  const tripId = newId('trip');
  const received: number[] = [];
  let refusals = 2;
  consume(async (events) => {
    refusals -= 1;
    if (refusals >= 0) throw new Error('not now');
    received.push(...events.map(({ seq }) => seq));
  });
  await store(tripId, 1, 2, 3, 4);
  await expect.poll(() => received, LIMIT).toEqual([1, 2, 3, 4]);
  expect(failures).toHaveLength(2);
});

test('a message that is not an event is skipped', async () => {
  const tripId = newId('trip');
  const received: number[] = [];
  consume(async (events) => void received.push(...events.map(({ seq }) => seq)));
  for (const text of ['', 'null', '{"event":{}}'])
    await jetstream(bus).publish(tripEventsSubject('trip_x'), text);
  await store(tripId, 1);
  await expect.poll(() => received, LIMIT).toEqual([1]);
  expect(dropped).toHaveLength(3);
});

test('it continues after NATS restarts, with or without its storage', async () => {
  const tripId = newId('trip');
  const received: number[] = [];
  consume(async (events) => void received.push(...events.map(({ seq }) => seq)));
  await store(tripId, 1);
  await expect.poll(() => received, LIMIT).toEqual([1]);
  for (const [index, keepsStorage] of [true, false].entries()) {
    await nats.nodes[0]!.server.kill();
    await nats.nodes[0]!.restart({ keepsStorage });
    const created = (): Promise<boolean> =>
      ensureEventStream(bus, SETTINGS).then(
        () => true,
        () => false,
      );
    await expect.poll(created, LIMIT).toBe(true);
    await store(tripId, index + 2);
    await expect.poll(() => received.at(-1), LIMIT).toBe(index + 2);
  }
});
