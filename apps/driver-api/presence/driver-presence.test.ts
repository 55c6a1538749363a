import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { newId, type TripChange } from '#libs/contracts';
import { CLOSE, STREAM_LIMITS, StreamConnection } from '#libs/stream';
import { DriverPresence, type DriverConnection, MAX_BUFFERED_CHANGES } from './driver-presence.ts';
import { callerWith } from '../../../dev/fixtures/caller.ts';
import { changeOf, DRIVER, tripOf } from '../../../dev/fixtures/driven-trip.ts';

const servers: WebSocketServer[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A presence with an open socket whose pushes are buffered, and the phone at its other end. */
async function connected() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  servers.push(server);
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[WebSocket]>;
  const phone = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const frames: unknown[] = [];
  phone.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString())));
  const [socket] = await accepted;
  const presence = new DriverPresence(DRIVER, 0);
  const caller = callerWith('driver', DRIVER);
  const connection: DriverConnection = new StreamConnection('c1', caller, socket, STREAM_LIMITS, () => {});
  presence.connect(connection);
  return { presence, phone, frames, connection };
}

function offers(count: number): TripChange[] {
  return Array.from({ length: count }, () =>
    changeOf('offer_made', 'offered', 1, { ...tripOf('offered'), trip_id: newId('trip') }),
  );
}

test('pushes that arrive during a resume are sent after it, up to the bound', async () => {
  const { presence, phone, frames, connection } = await connected();
  for (const change of offers(MAX_BUFFERED_CHANGES)) presence.push(change, null);
  expect(frames).toEqual([]);
  presence.flush(connection);
  await expect.poll(() => frames.length).toBe(MAX_BUFFERED_CHANGES);
  expect(phone.readyState).toBe(WebSocket.OPEN);
});

test('a change beyond the bound closes the socket, so that the driver resumes instead of missing it', async () => {
  const { presence, phone, frames, connection } = await connected();
  const closed = once(phone, 'close') as Promise<[number, Buffer]>;
  for (const change of offers(MAX_BUFFERED_CHANGES + 1)) presence.push(change, null);
  presence.flush(connection);
  const [code, reason] = await closed;
  expect(code).toBe(CLOSE.tryAgainLater);
  expect(reason.toString()).toBe('too_many_held_changes');
  expect(frames).toEqual([]);
});
