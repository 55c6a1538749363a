import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { CommandClient, connectBus } from '#libs/bus';
import { replayTrip } from '#libs/contracts';
import { createLogger, Metrics, systemClock } from '#libs/service';
import { STREAM_LIMITS, StreamConnection } from '#libs/stream';
import { callerWith } from '../../../dev/fixtures/caller.ts';
import { testNats, type TestNats } from '../../../dev/test-world/index.ts';
import type { DriverConnection } from '../presence/driver-presence.ts';
import { Presences } from '../presence/presences.ts';
import { changeOf, DRIVER, TRIP } from '../../../dev/fixtures/driven-trip.ts';
import { ReplayTrips } from '../trips/replay-trips.ts';
import { ResumeTrips } from './resume-trips.ts';

const clock = systemClock();
const MISSED = changeOf('offer_made', 'offered', 1);
const PUSHED = changeOf('accepted', 'on_trip', 2);

let nats: TestNats;
let bus: NatsConnection;
let commands: CommandClient;
let sockets: WebSocketServer;

beforeAll(async () => {
  nats = await testNats();
  bus = await connectBus({ servers: nats.urls }, 'resume');
  commands = new CommandClient({ servers: nats.urls }, 'resume-commands', clock);
  await commands.connect();
  sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(sockets, 'listening');
});
afterAll(async () => {
  for (const socket of sockets?.clients ?? []) socket.terminate();
  sockets?.close();
  await commands?.close();
  await bus?.close();
  await nats?.stop();
});

/** An open socket, and the types of the frames that its phone receives. */
async function openSocket(id: string): Promise<{ connection: DriverConnection; frames: string[] }> {
  const accepted = once(sockets, 'connection') as Promise<[WebSocket]>;
  const phone = new WebSocket(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`);
  const frames: string[] = [];
  phone.on('message', (data: Buffer) => frames.push((JSON.parse(data.toString()) as { type: string }).type));
  const [socket] = await accepted;
  const caller = callerWith('driver', DRIVER);
  return { connection: new StreamConnection(id, caller, socket, STREAM_LIMITS, () => {}), frames };
}

test('a resume answered after a newer socket opened sends it nothing and keeps its pushes buffered', async () => {
  const presences = new Presences(
    bus,
    clock,
    createLogger('test', 'test-1', 'silent'),
    new Metrics('t', 't-1'),
  );
  const resumeTrips = new ResumeTrips(presences, new ReplayTrips(commands));
  const presence = presences.ensure(DRIVER);
  const [old, newer] = [await openSocket('c1'), await openSocket('c2')];
  // `trips` is slow: it answers the old socket's replay only after a newer socket has opened.
  const trips = bus.subscribe(replayTrip.subject, {
    callback: (_, question) => {
      presence.connect(newer.connection);
      presence.push(PUSHED, null);
      const { id } = question.json<{ id: string }>();
      question.respond(
        JSON.stringify({ id, response: { ok: true, value: { changes: [MISSED] } }, isDisposed: true }),
      );
    },
  });
  await bus.flush();
  presence.connect(old.connection);
  presence.flush(old.connection);
  await resumeTrips.execute(DRIVER, old.connection, [{ trip_id: TRIP, last_seq: 0 }]);

  newer.connection.send({ type: 'heartbeat', data: { at: '2026-03-01T10:00:00.000Z' } });
  await expect.poll(() => newer.frames).toContain('heartbeat');
  expect(newer.frames).toEqual(['heartbeat']);
  presence.flush(newer.connection);
  await expect.poll(() => newer.frames).toContain('trip');
  expect(old.frames).toEqual([]);
  trips.unsubscribe();
});
