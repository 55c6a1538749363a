import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectBus } from '#libs/bus';
import type { TripId } from '#libs/contracts';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { testDatabase, testNats, type TestDatabase, type TestNats } from '../../dev/test-world/index.ts';
import { numbersUpTo, readStream } from './read-stream.ts';
import { outboxSize, TripsProcess } from './trips-process.ts';

const TRIPS = 20;
const EVENTS = 4;
const PAUSE_MS = 20;
const LIMIT = { timeout: 45_000, interval: 200 };

let database: TestDatabase;
let nats: TestNats;
let bus: NatsConnection;
let trips: TripsProcess;

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  bus = await connectBus({ servers: nats.urls }, 'reader');
  trips = await TripsProcess.start('trips-1', database, nats.url);
});
afterAll(async () => {
  await trips?.stop();
  await bus?.close();
  await Promise.all([nats?.stop(), database?.drop()]);
});

async function tripWithEvents(): Promise<TripId> {
  const tripId = await trips.request();
  for (let event = 2; event <= EVENTS; event += 1) await trips.happen(tripId);
  return tripId;
}

async function rebuild(): Promise<{ trips: number; events: number }> {
  const command = ['--conditions=source', 'ops/rebuild-events.ts'];
  const where = ['--database', database.url, '--nats', nats.url];
  const { stdout } = await promisify(execFile)(process.execPath, [...command, ...where], { cwd: CHECKOUT });
  return JSON.parse(stdout) as { trips: number; events: number };
}

test('a lost stream is rebuilt during operation, and a consumer that starts at its beginning gets all events in order', async () => {
  const ended = await Promise.all(Array.from({ length: TRIPS }, tripWithEvents));
  await Promise.all(ended.map((tripId) => trips.end(tripId)));
  const open = await Promise.all(Array.from({ length: TRIPS }, tripWithEvents));
  await expect.poll(() => outboxSize(database), LIMIT).toBe(0);
  await nats.nodes[0]!.server.kill();
  await nats.nodes[0]!.restart();

  const end = new AbortController();
  let happened = 0;
  const life = async (): Promise<void> => {
    for (; !end.signal.aborted; happened += 1) {
      await trips.happen(open[happened % open.length]!);
      if (happened % 10 === 0) open.push(await trips.request());
      await new Promise((resolve) => void setTimeout(resolve, PAUSE_MS));
    }
  };
  const living = life();
  const report = await rebuild();
  end.abort();
  await living;
  expect(report.trips).toBeGreaterThanOrEqual(2 * TRIPS);
  expect(happened).toBeGreaterThan(20);

  await expect.poll(() => outboxSize(database), LIMIT).toBe(0);
  const stored = await readStream(bus);
  expect([...stored.keys()].toSorted()).toEqual([...ended, ...open].toSorted());
  const lengths = await trips.lengths();
  for (const [tripId, seqs] of stored) expect(seqs).toEqual(numbersUpTo(lengths.get(tripId)!));
});

test('an existing stream is replaced, once', async () => {
  const before = await readStream(bus);
  const report = await rebuild();
  expect(report.trips).toBe(before.size);
  const after = await readStream(bus);
  expect(after.size).toBe(before.size);
  for (const [tripId, seqs] of after) expect(seqs).toEqual(before.get(tripId));
});
