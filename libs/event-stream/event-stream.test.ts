import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectBus } from '#libs/bus';
import { newId, tripEventsSubject, type TripChange, type TripId } from '#libs/contracts';
import { testNats, type TestNats } from '../../dev/test-world/index.ts';
import { EVENT_STREAM } from '#libs/contracts';
import { ensureEventStream, replaceEventStream } from './event-stream.ts';
import { EventWriter } from './event-writer.ts';

const SETTINGS = { replicas: 1, maxBytes: 64 * 1024 * 1024 };
let nats: TestNats;
let bus: NatsConnection;
let writer: EventWriter;

beforeAll(async () => {
  nats = await testNats();
  bus = await connectBus({ servers: nats.urls }, 'event-stream');
  writer = new EventWriter(bus);
});
afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});
beforeEach(() => replaceEventStream(bus, SETTINGS));

/** Only the members of a change that the writer reads. */
function change(tripId: TripId, seq: number): TripChange {
  return { event: { trip_id: tripId, seq } } as TripChange;
}

async function stored(): Promise<number> {
  const { streams } = await jetstreamManager(bus);
  return (await streams.info(EVENT_STREAM)).state.messages;
}

test('a missing stream is created, an existing one is left unchanged', async () => {
  await writer.store(change(newId('trip'), 1));
  expect(await ensureEventStream(bus, { ...SETTINGS, maxBytes: 1024 * 1024 })).toBe(false);
  const { streams } = await jetstreamManager(bus);
  expect((await streams.info(EVENT_STREAM)).config).toMatchObject({ max_bytes: SETTINGS.maxBytes });
  await streams.delete(EVENT_STREAM);
  await expect(writer.store(change(newId('trip'), 1))).rejects.toThrow('jetstream');
  expect(await ensureEventStream(bus, SETTINGS)).toBe(true);
  expect(await stored()).toBe(0);
});

test('an event that is published twice is stored once, and is found under its trip', async () => {
  const [one, other] = [newId('trip'), newId('trip')];
  await writer.store(change(one, 1));
  await writer.store(change(other, 1));
  await writer.store(change(one, 1));
  await writer.store(change(one, 2));
  expect(await stored()).toBe(3);
  const consumer = await jetstream(bus).consumers.get(EVENT_STREAM, {
    filter_subjects: [tripEventsSubject(one)],
  });
  const seqs: number[] = [];
  for await (const message of await consumer.fetch({ max_messages: 2 }))
    seqs.push(message.json<TripChange>().event.seq);
  expect(seqs).toEqual([1, 2]);
});

test('stored events survive a killed server', async () => {
  const trip = newId('trip');
  await writer.store(change(trip, 1));
  await nats.nodes[0]!.server.kill();
  await nats.nodes[0]!.restart({ keepsStorage: true });
  // Not how many there are: what was purged just before the kill may be there again.
  const kept = async (): Promise<TripChange | undefined> => {
    const { streams } = await jetstreamManager(bus);
    const message = await streams.getMessage(EVENT_STREAM, { last_by_subj: tripEventsSubject(trip) });
    return message?.json<TripChange>();
  };
  await expect
    .poll(() => kept().catch(() => undefined), { timeout: 15_000 })
    .toMatchObject({ event: { seq: 1 } });
});

test('three servers keep a stream with one replica each', async () => {
  const cluster = await testNats(3);
  const connection = await connectBus({ servers: cluster.urls }, 'event-stream');
  const make = (): Promise<boolean | undefined> =>
    ensureEventStream(connection, { ...SETTINGS, replicas: 3 }).catch(() => undefined);
  await expect.poll(make, { timeout: 30_000 }).toBeDefined();
  await new EventWriter(connection).store(change(newId('trip'), 1));
  const { streams } = await jetstreamManager(connection);
  expect((await streams.info(EVENT_STREAM)).cluster?.replicas).toHaveLength(2);
  await connection.close();
  await cluster.stop();
});
