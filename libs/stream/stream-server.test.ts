import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { clientFrame, HailgridError, heartbeat, JSON_SUBPROTOCOL, newId, token } from '#libs/contracts';
import { baseConfig, CallLimits, createLogger, Metrics, readConfig, systemClock } from '#libs/service';
import { callerWith } from '../../dev/fixtures/caller.ts';
import type { StreamHandler, ServerFrame, StreamConnection } from './stream-connection.ts';
import type { StreamLimits } from './stream-limits.ts';
import { StreamServer } from './stream-server.ts';

const echo = clientFrame('echo', z.strictObject({ text: z.string(), wait_ms: z.int().optional() }));
const fail = clientFrame('fail', z.strictObject({}));
const frames = z.discriminatedUnion('type', [heartbeat, token, echo, fail]);
type Frame = z.infer<typeof frames>;

const DRIVER = callerWith('driver', newId('driver'));

/** When a token of the tickets `short…` ends, on the clock that tests set. */
const TOKEN_END_MS = 1_000;
const wall = { ms: 0 };

/** Answers `echo` with its text, at once or after `wait_ms`; throws on `fail`. */
class EchoHandler implements StreamHandler<Frame> {
  readonly closed: (connection: StreamConnection) => void;
  closings = 0;

  constructor() {
    this.closed = () => void (this.closings += 1);
  }

  opened(connection: StreamConnection): void {
    connection.send({ type: 'welcome', data: { caller: connection.caller.id } });
  }

  received(connection: StreamConnection, frame: Frame): Promise<void> | void {
    if (frame.type === 'fail') throw new HailgridError('offer_closed', 'as asked');
    if (frame.type !== 'echo') return undefined;
    const answer = () => connection.send({ type: 'echo', id: frame.id, data: { text: frame.data.text } });
    if (frame.data.wait_ms === undefined) return answer();
    return new Promise<void>((resolve) => void setTimeout(resolve, frame.data.wait_ms)).then(answer);
  }
}

interface World {
  http: Server;
  server: StreamServer<Frame>;
  handler: EchoHandler;
  url: string;
}

const open: World[] = [];
const clients: WebSocket[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  for (const { server, http } of open.splice(0)) {
    await server.drain();
    http.close();
  }
});

async function start(limits: Partial<StreamLimits> = {}, callLimits?: CallLimits): Promise<World> {
  const handler = new EchoHandler();
  const used = new Set<string>();
  const server = new StreamServer<Frame>({
    role: 'driver',
    subprotocols: [JSON_SUBPROTOCOL],
    clientFrame: frames,
    handler,
    redeem: async (ticket) => {
      if (used.has(ticket) || ticket.startsWith('guess')) throw new HailgridError('ticket_invalid', 'used');
      used.add(ticket);
      if (ticket.startsWith('short')) return { ...DRIVER, expiresAtMs: TOKEN_END_MS };
      return ticket.startsWith('rider') ? callerWith('rider', newId('rider')) : DRIVER;
    },
    renew: async (text, caller) => {
      if (text !== 'newer') throw new HailgridError('forbidden', 'not of this person');
      return { ...caller, expiresAtMs: 2 * TOKEN_END_MS, token: text };
    },
    wallMs: () => wall.ms,
    clock: systemClock(),
    metrics: new Metrics('test', 'test-1'),
    logger: createLogger('test', 'test-1', 'silent'),
    limits,
    ...(callLimits !== undefined && { callLimits }),
  });
  const http = createServer();
  server.attach(http);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const world = { http, server, handler, url: `ws://127.0.0.1:${port}` };
  open.push(world);
  return world;
}

/** A client that queues the frames it receives and can wait for the next one. */
class Client {
  readonly socket: WebSocket;
  readonly #frames: ServerFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #wake: (() => void) | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    clients.push(socket);
    socket.on('message', (data: Buffer) => {
      this.#frames.push(JSON.parse(data.toString()) as ServerFrame);
      this.#wake?.();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  static async connect(world: World, ticket = `t${Math.random()}`): Promise<Client> {
    const socket = new WebSocket(`${world.url}/v1/stream?ticket=${ticket}`, JSON_SUBPROTOCOL);
    const client = new Client(socket);
    await once(socket, 'open');
    await client.next(); // its welcome
    return client;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  async next(): Promise<ServerFrame & { data: { code?: string; text?: string } }> {
    while (this.#frames.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#frames.shift() as ServerFrame & { data: { code?: string; text?: string } };
  }
}

interface Refusal {
  status: number | undefined;
  contentType: string | undefined;
  body: { code: string; status: number };
}

async function refusal(address: string, protocols: string[] = [JSON_SUBPROTOCOL]): Promise<Refusal> {
  const socket = new WebSocket(address, protocols);
  clients.push(socket);
  socket.on('error', () => {});
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    AsyncIterable<Buffer> & { statusCode?: number; headers: Record<string, string> },
  ];
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode,
    contentType: response.headers['content-type'],
    body: JSON.parse(Buffer.concat(chunks).toString()) as Refusal['body'],
  };
}

test('a ticket opens one socket, with the requested subprotocol', async () => {
  const world = await start();
  const client = await Client.connect(world, 'once');
  expect(client.socket.protocol).toBe(JSON_SUBPROTOCOL);
  client.send({ type: 'echo', id: 'a', data: { text: 'hello' } });
  expect(await client.next()).toEqual({ type: 'echo', id: 'a', data: { text: 'hello' } });
  const again = await refusal(`${world.url}/v1/stream?ticket=once`);
  expect(again).toMatchObject({ status: 401, body: { code: 'ticket_invalid' } });
});

test.each([
  ['/v1/stream', [JSON_SUBPROTOCOL], 401, 'ticket_invalid'],
  ['/v1/stream?ticket=rider-1', [JSON_SUBPROTOCOL], 403, 'forbidden'],
  ['/v1/stream?ticket=a', ['mqtt'], 400, 'invalid_request'],
  ['/v1/elsewhere?ticket=a', [JSON_SUBPROTOCOL], 404, 'not_found'],
])('%s with %s is refused by %i %s before the upgrade', async (path, protocols, status, code) => {
  const world = await start();
  const refused = await refusal(world.url + path, protocols);
  expect(refused).toMatchObject({ status, contentType: 'application/problem+json', body: { code, status } });
});

test('a socket ends with its token, unless a newer one of the same person comes first', async () => {
  wall.ms = 0;
  const world = await start({ sweepIntervalMs: 5 });
  const [left, renewed] = [await Client.connect(world, 'short-1'), await Client.connect(world, 'short-2')];
  renewed.send({ type: 'token', id: 'a', data: { token: 'of somebody else' } });
  expect(await renewed.next()).toMatchObject({ type: 'error', id: 'a', data: { code: 'forbidden' } });
  renewed.send({ type: 'token', id: 'b', data: { token: 'newer' } });
  expect(await renewed.next()).toEqual({ type: 'ack', id: 'b', data: {} });
  wall.ms = TOKEN_END_MS;
  expect(await left.next()).toMatchObject({ type: 'error', data: { code: 'token_expired' } });
  expect(await left.closed).toEqual({ code: 4401, reason: 'token_expired' });
  renewed.send({ type: 'echo', id: 'c', data: { text: 'still here' } });
  expect(await renewed.next()).toMatchObject({ type: 'echo', id: 'c' });
  wall.ms = 2 * TOKEN_END_MS;
  expect(await renewed.closed).toEqual({ code: 4401, reason: 'token_expired' });
  wall.ms = 0;
});

test('sockets are bounded, and a closed one makes room for another', async () => {
  const world = await start({ maxConnections: 1 });
  const first = await Client.connect(world);
  expect(await refusal(`${world.url}/v1/stream?ticket=b`)).toMatchObject({
    status: 503,
    body: { code: 'unavailable' },
  });
  first.socket.close();
  await first.closed;
  await expect.poll(() => world.server.size).toBe(0);
  await Client.connect(world, 'b');
});

test('bad frames are answered with their error, and the socket stays open', async () => {
  const client = await Client.connect(await start());
  client.send('{"type":');
  expect(await client.next()).toMatchObject({ type: 'error', data: { code: 'malformed_json' } });
  client.send({ type: 'echo', id: 'x', data: { text: 7 } });
  expect(await client.next()).toMatchObject({
    type: 'error',
    id: 'x',
    data: { code: 'invalid_request', issues: [{ pointer: '/data/text' }] },
  });
  client.send({ type: 'unheard-of', id: 'y', data: {} });
  expect(await client.next()).toMatchObject({ type: 'error', id: 'y', data: { code: 'invalid_request' } });
  client.socket.send(Buffer.from([1, 2, 3]), { binary: true });
  expect(await client.next()).toMatchObject({ type: 'error', data: { code: 'invalid_request' } });
  client.send({ type: 'fail', id: 'z', data: {} });
  expect(await client.next()).toMatchObject({ type: 'error', id: 'z', data: { code: 'offer_closed' } });
  client.send({ type: 'echo', data: { text: 'still here' } });
  expect(await client.next()).toMatchObject({ type: 'echo', data: { text: 'still here' } });
});

test('too many bad frames close the socket; a single oversized frame closes it at once', async () => {
  const world = await start({ badFrameBurst: 3 });
  const faulty = await Client.connect(world);
  for (let sent = 0; sent < 4; sent++) faulty.send('nonsense');
  expect(await faulty.closed).toEqual({ code: 1008, reason: 'too_many_bad_frames' });
  const verbose = await Client.connect(world);
  verbose.send({ type: 'echo', data: { text: 'x'.repeat(20_000) } });
  expect(await verbose.closed).toMatchObject({ code: 1009 });
  await expect.poll(() => world.handler.closings).toBe(2);
});

test('a flood is refused frame by frame', async () => {
  const client = await Client.connect(await start({ frameBurst: 2, framesPerS: 0.001 }));
  for (const text of ['a', 'b', 'c']) client.send({ type: 'echo', data: { text } });
  expect((await client.next()).data.text).toBe('a');
  expect((await client.next()).data.text).toBe('b');
  expect((await client.next()).data.code).toBe('rate_limited');
});

test('frames are answered in order of arrival, even if an early one is slow', async () => {
  const client = await Client.connect(await start());
  client.send({ type: 'echo', data: { text: 'slow', wait_ms: 30 } });
  client.send({ type: 'echo', data: { text: 'quick' } });
  expect((await client.next()).data.text).toBe('slow');
  expect((await client.next()).data.text).toBe('quick');
});

test('waiting frames are bounded', async () => {
  const client = await Client.connect(await start({ maxWaitingFrames: 1 }));
  client.send({ type: 'echo', data: { text: 'slow', wait_ms: 50 } });
  client.send({ type: 'echo', data: { text: 'waits' } });
  client.send({ type: 'echo', id: 'over', data: { text: 'dropped' } });
  expect(await client.next()).toMatchObject({ id: 'over', data: { code: 'rate_limited' } });
  expect((await client.next()).data.text).toBe('slow');
  expect((await client.next()).data.text).toBe('waits');
});

test('an idle socket gets heartbeats; the socket of a silent peer is closed', async () => {
  const world = await start({ heartbeatIntervalMs: 20, silenceLimitMs: 200, sweepIntervalMs: 10 });
  const client = await Client.connect(world);
  expect((await client.next()).type).toBe('heartbeat');
  expect(await client.closed).toEqual({ code: 1001, reason: 'silent' });
});

test('the socket of a peer that does not read is closed instead of buffered without bound', async () => {
  const world = await start({ maxBufferedBytes: 1_000, closeLimitMs: 50, frameBurst: 1e6, framesPerS: 1e6 });
  const client = await Client.connect(world);
  client.socket.pause();
  const text = 'x'.repeat(15_000);
  const flood = setInterval(() => {
    for (let sent = 0; sent < 50; sent++) client.send({ type: 'echo', data: { text } });
  }, 1);
  // Its own sending is slowed down by the server, which reads no more of it; another client notices nothing.
  const other = await Client.connect(world);
  other.send({ type: 'echo', data: { text: 'meanwhile' } });
  expect((await other.next()).data.text).toBe('meanwhile');
  await expect.poll(() => world.handler.closings, { timeout: 10_000 }).toBe(1);
  clearInterval(flood);
  other.send({ type: 'echo', data: { text: 'afterwards' } });
  expect((await other.next()).data.text).toBe('afterwards');
});

test('a caller with too many sockets loses the oldest; other callers lose none', async () => {
  const world = await start({ maxConnectionsPerCaller: 2 });
  const [first, second, third] = [
    await Client.connect(world),
    await Client.connect(world),
    await Client.connect(world),
  ];
  expect(await first.closed).toEqual({ code: 4001, reason: 'too_many_sockets' });
  second.socket.close();
  await second.closed;
  const fourth = await Client.connect(world);
  for (const client of [third, fourth]) {
    client.send({ type: 'echo', data: { text: 'here' } });
    expect((await client.next()).data.text).toBe('here');
  }
});

test('upgrades are limited by address, and guessed tickets more strictly', async () => {
  const limitsOf = (environment: NodeJS.ProcessEnv): Promise<CallLimits> =>
    CallLimits.of(fastify(), readConfig(baseConfig, environment), new Metrics('test', 'test-1'));
  const few = await start({}, await limitsOf({ HAILGRID_ADDRESS_REQUESTS_PER_MIN: '2' }));
  await Client.connect(few);
  await Client.connect(few);
  const tooMany = await refusal(`${few.url}/v1/stream?ticket=one-more`);
  expect(tooMany).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  const guessed = await start({}, await limitsOf({ HAILGRID_ADDRESS_REFUSALS_PER_MIN: '2' }));
  for (const status of [401, 401, 429])
    expect((await refusal(`${guessed.url}/v1/stream?ticket=guess`)).status).toBe(status);
});

test('draining closes every socket and refuses new ones', async () => {
  const world = await start();
  const client = await Client.connect(world);
  const drained = world.server.drain();
  expect(await client.closed).toEqual({ code: 1001, reason: 'shutting_down' });
  await drained;
  expect(world.server.size).toBe(0);
  expect(await refusal(`${world.url}/v1/stream?ticket=late`)).toMatchObject({
    status: 503,
    body: { code: 'shutting_down' },
  });
});

test('a client that vanishes during the handshake does not affect others', async () => {
  const world = await start();
  const { port } = world.http.address() as AddressInfo;
  const { connect } = await import('node:net');
  const raw = connect(port, '127.0.0.1');
  await once(raw, 'connect');
  raw.write('GET /v1/stream?ticket=v HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n');
  raw.write(`Sec-WebSocket-Protocol: ${JSON_SUBPROTOCOL}\r\n\r\n`);
  raw.resetAndDestroy();
  const other = await Client.connect(world);
  expect(other.socket.readyState).toBe(WebSocket.OPEN);
});
