import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { HailgridDriver, type DriverTrip } from './driver.ts';
import { HailgridRider } from './rider.ts';
import { SUBPROTOCOL, type AnyFrame } from './socket/protocol.ts';

interface Frame extends AnyFrame {
  idempotency_key?: string;
}

/** A service that does with each frame as the test says, and answers each request with the trip. */
async function service(onFrame: (frame: Frame, socket: WebSocket) => void) {
  const requests: [string, string | undefined][] = [];
  const frames: Frame[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const isTicket = request.url === '/v1/stream/tickets';
    if (!isTicket)
      requests.push([
        `${request.method ?? ''} ${request.url ?? ''}`,
        request.headers['idempotency-key']?.toString(),
      ]);
    response.writeHead(isTicket ? 201 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isTicket ? { ticket: 't' } : TRIP));
  });
  const sockets = new WebSocketServer({ server, handleProtocols: () => SUBPROTOCOL });
  sockets.on('connection', (socket) =>
    socket.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString()) as Frame;
      frames.push(frame);
      onFrame(frame, socket);
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { options: { url, token: () => 'secret', chance: () => 0 }, requests, frames, sockets };
}

const TRIP = { trip_id: 'trip_1', seq: 3, state: 'accepted' } as DriverTrip;

test.each(['is cut', 'closes'])(
  'a change whose socket %s before the answer goes by REST with its key',
  async (end) => {
    const { options, requests, frames } = await service((_, socket) =>
      end === 'closes' ? socket.close(1001) : socket.terminate(),
    );
    const driver = new HailgridDriver(options);
    onTestFinished(() => driver.close());
    await driver.connect();
    expect(await driver.accept('offer_1')).toEqual(TRIP);
    expect(frames).toMatchObject([{ type: 'accept', data: { offer_id: 'offer_1' } }]);
    expect(requests).toEqual([['POST /v1/offers/offer_1/accept', frames[0]?.idempotency_key]]);
    expect(frames[0]?.idempotency_key).toMatch(/./);
  },
);

test('without a socket a change goes by REST at once', async () => {
  const { options, requests, frames } = await service(() => undefined);
  await new HailgridDriver(options).arrive('trip_1', { idempotencyKey: 'k1' });
  expect(requests).toEqual([['POST /v1/trips/trip_1/arrived', 'k1']]);
  expect(frames).toEqual([]);
});

test('a change that the socket refuses for good is not tried by REST', async () => {
  const { options, requests } = await service(({ id }, socket) =>
    socket.send(
      JSON.stringify({ type: 'error', id, data: { code: 'offer_expired', title: 'Late', status: 409 } }),
    ),
  );
  const driver = new HailgridDriver(options);
  onTestFinished(() => driver.close());
  await driver.connect();
  await expect(driver.accept('offer_1')).rejects.toMatchObject({ code: 'offer_expired' });
  expect(requests).toEqual([]);
});

test('after a loss the newest change of each open trip is named, once the socket is open again', async () => {
  const resumed = Promise.withResolvers<void>();
  const { options, sockets, frames } = await service((_, socket) => {
    if (frames.length === 2) resumed.resolve();
    else
      for (const trip of [
        { ...TRIP, seq: 4, state: 'arrived' },
        { trip_id: 'trip_2', seq: 6, state: 'completed' },
      ])
        socket.send(JSON.stringify({ type: 'trip', data: { event: 'any', trip } }));
  });
  const rider = new HailgridRider(options);
  onTestFinished(() => rider.close());
  const ended = new Promise((resolve) =>
    rider.on('trip', ({ trip }) => {
      if (trip.trip_id === 'trip_2') resolve(trip);
    }),
  );
  await rider.trip('trip_1');
  await rider.connect();
  await ended;
  for (const socket of sockets.clients) socket.terminate();
  await resumed.promise;
  expect(frames.map(({ type, data }) => ({ type, data }))).toEqual([
    { type: 'resume', data: { trips: [{ trip_id: 'trip_1', last_seq: 3 }] } },
    { type: 'resume', data: { trips: [{ trip_id: 'trip_1', last_seq: 4 }] } },
  ]);
});

test('a client that was closed or has vanished does not connect again', async () => {
  const { options } = await service(() => undefined);
  for (const end of ['close', 'vanish'] as const) {
    const rider = new HailgridRider({ ...options, link: { isFinal: () => false } });
    const ends: string[] = [];
    rider.on('end', (why) => ends.push(why));
    await rider.connect();
    rider[end]();
    expect(ends).toEqual(['closed']);
    await expect(rider.connect()).rejects.toMatchObject({ code: 'stopped' });
  }
});
