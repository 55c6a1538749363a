import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectBus } from '#libs/bus';
import type { TripId } from '#libs/contracts';
import { seededFractions } from '#libs/random';
import { testDatabase, testNats, type TestDatabase, type TestNats } from '../../dev/test-world/index.ts';
import { numbersUpTo, readStream } from './read-stream.ts';
import { outboxSize, TripsProcess } from './trips-process.ts';

const PROCESSES = 3;
const TRIPS = 24;
const EVENTS = 12;
/** Number of changes committed by processes that die before they publish. */
const DEATHS = 0.1;
const EMPTY_LIMIT = { timeout: 45_000, interval: 200 };

let database: TestDatabase;
let nats: TestNats;
let bus: NatsConnection;
let processes: TripsProcess[];

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  bus = await connectBus({ servers: nats.urls }, 'reader');
  processes = await Promise.all(
    Array.from({ length: PROCESSES }, (_, index) => TripsProcess.start(`trips-${index}`, database, nats.url)),
  );
});
afterAll(async () => {
  await Promise.all(processes.map((process) => process.stop()));
  await bus.close();
  await Promise.all([nats.stop(), database.drop()]);
});

/** A trip whose events are committed by different processes, some of which die before they publish. */
async function eventfulTrip(random: () => number): Promise<TripId> {
  const anyone = (): TripsProcess => processes[Math.floor(random() * PROCESSES)]!;
  const tripId = await anyone().request(random() < DEATHS);
  for (let event = 2; event <= EVENTS; event += 1) await anyone().happen(tripId, random() < DEATHS);
  return tripId;
}

test('whichever process commits or dies, a trip’s events are stored in order, each exactly once', async () => {
  const random = seededFractions(7);
  const tripIds = await Promise.all(Array.from({ length: TRIPS }, () => eventfulTrip(random)));
  await expect.poll(() => outboxSize(database), EMPTY_LIMIT).toBe(0);
  const stored = await readStream(bus);
  expect([...stored.keys()].toSorted()).toEqual(tripIds.toSorted());
  for (const seqs of stored.values()) expect(seqs).toEqual(numbersUpTo(EVENTS));
});

test('a lost stream loses no events: it is created again and gets those it never had', async () => {
  await nats.nodes[0]!.server.kill();
  const [one] = processes;
  const tripIds = await Promise.all(Array.from({ length: 3 }, () => one!.request()));
  await Promise.all(tripIds.map((tripId) => one!.happen(tripId)));
  expect(await outboxSize(database)).toBe(6);
  await nats.nodes[0]!.restart();
  await expect.poll(() => outboxSize(database), EMPTY_LIMIT).toBe(0);
  const stored = await readStream(bus);
  expect([...stored.keys()].toSorted()).toEqual(tripIds.toSorted());
  for (const seqs of stored.values()) expect(seqs).toEqual([1, 2]);
});
