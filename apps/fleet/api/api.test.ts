import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  getDriverSelf,
  HailgridError,
  JSON_SUBPROTOCOL,
  newId,
  postToken,
  postTrip,
  riderServerFrame,
  toProblem,
  toTimestamp,
  type ErrorCode,
  type RiderServerFrame,
} from '#libs/contracts';
import { serviceClock } from '../clock/service-clock.ts';
import { TickWheel } from '../clock/tick-wheel.ts';
import { randomStream } from '#libs/random';
import { ApiClient, MAX_CONCURRENT_REQUESTS, RequestSlots } from './api-client.ts';
import { Credentials } from './credentials.ts';
import { LinkKeeper, StreamLink } from './stream-link.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that gives the answers in order, repeats the last one, and records the requests. */
async function answering(...answers: ((response: ServerResponse) => void)[]) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    request.on('end', () => (answers[requests.length - 1] ?? answers.at(-1))?.(response));
  });
  return { url: await listen(server), requests };
}

const json = (status: number, body: unknown) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const refusing = (code: ErrorCode) => {
  const error = new HailgridError(code, 'test');
  return json(error.status, toProblem(error));
};

function clientOf(url: string): ApiClient {
  const urls = { rider: url, driver: url, issuer: url };
  return new ApiClient(urls, 1, 'test', new AbortController().signal);
}

const TOKEN = { token: 'secret', subject: newId('rider'), expires_in_s: 60 };

describe('the API client', () => {
  test('retries a request with the same key after 503 and a broken connection', async () => {
    const { url, requests } = await answering(
      refusing('unavailable'),
      (response) => void response.socket?.destroy(),
      refusing('quote_expired'),
    );
    const sentAtMs: number[] = [];
    const call = {
      body: { quote_id: newId('quote') },
      idempotencyKey: 'k1',
      onSend: (ms: number) => sentAtMs.push(ms),
    };
    await expect(clientOf(url).call(postTrip, call)).rejects.toMatchObject({
      code: 'quote_expired',
      status: 409,
    });
    expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['k1', 'k1', 'k1']);
    expect(sentAtMs).toHaveLength(1);
  });

  test('honours Retry-After', async () => {
    const arrivals: number[] = [];
    const slow = (response: ServerResponse): void => {
      arrivals.push(performance.now());
      response.setHeader('retry-after', '1');
      refusing('rate_limited')(response);
    };
    const { url } = await answering(slow, (response) => {
      arrivals.push(performance.now());
      json(201, TOKEN)(response);
    });
    expect(await clientOf(url).call(postToken, { body: { role: 'rider' } })).toEqual(TOKEN);
    expect(arrivals[1]! - arrivals[0]!).toBeGreaterThanOrEqual(990);
  });

  test('gets exactly one new token after its token is rejected', async () => {
    const { url, requests } = await answering(refusing('token_expired'));
    let issued = 0;
    const credentials = new Credentials(() => Promise.resolve(`token-${++issued}`));
    const outcome = clientOf(url).call(getDriverSelf, { credentials });
    await expect(outcome).rejects.toMatchObject({ code: 'token_expired' });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  test('refuses a response that breaks the contract', async () => {
    const { url } = await answering(json(201, { token: 7 }));
    await expect(clientOf(url).call(postToken)).rejects.toMatchObject({ code: 'bad_answer' });
  });

  test('never exceeds its bound of concurrent requests', async () => {
    const held: ServerResponse[] = [];
    const full = Promise.withResolvers<void>();
    const server = createServer((_, response) => {
      if (held.push(response) >= MAX_CONCURRENT_REQUESTS) full.resolve();
    });
    const client = clientOf(await listen(server));
    const all = Promise.all(
      Array.from({ length: MAX_CONCURRENT_REQUESTS + 10 }, () => client.call(postToken)),
    );
    await full.promise;
    // Time for a request beyond the bound to arrive, if there were one.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(held).toHaveLength(MAX_CONCURRENT_REQUESTS);
    server.on('request', () => json(201, TOKEN)(held.at(-1)!));
    for (const response of held) json(201, TOKEN)(response);
    await all;
  });
});

/** A stream server that records its sockets, tickets and frames. */
async function streamServer(onSocket: (socket: WebSocket) => void) {
  const server = createServer();
  const url = await listen(server);
  const sockets = new WebSocketServer({ server, handleProtocols: () => JSON_SUBPROTOCOL });
  const tickets: string[] = [];
  const frames: string[] = [];
  sockets.on('connection', (socket, request) => {
    tickets.push(new URL(request.url ?? '', url).searchParams.get('ticket') ?? '');
    socket.on('message', (data) => frames.push((data as Buffer).toString()));
    onSocket(socket);
  });
  closing.push(() => sockets.close());
  return { url: url.replace('http', 'ws'), tickets, frames, sockets };
}

const WELCOME = { type: 'welcome', data: { rider_id: newId('rider'), at: toTimestamp(0) } };

function linkTo(url: string, overrides: Partial<ConstructorParameters<typeof StreamLink>[0]> = {}) {
  const seen: RiderServerFrame[] = [];
  const problems: string[] = [];
  const got = Promise.withResolvers<void>();
  let tickets = 0;
  const link = new StreamLink<RiderServerFrame>({
    url,
    openTicket: () => Promise.resolve(`ticket-${++tickets}`),
    frames: riderServerFrame,
    slots: new RequestSlots(4),
    keeper: new LinkKeeper(new TickWheel(serviceClock(1, 0)), 1),
    random: randomStream(1, 'test'),
    onFrame: (frame) => {
      seen.push(frame);
      got.resolve();
    },
    onProblem: (code) => problems.push(code),
    ...(overrides as object),
  });
  closing.push(() => link.close());
  return { link, seen, problems, got: got.promise };
}

describe('a stream link', () => {
  test('receives a frame sent right after the handshake', async () => {
    const { url, tickets } = await streamServer((socket) => socket.send(JSON.stringify(WELCOME)));
    const { link, seen, got } = linkTo(url);
    await link.open();
    await got;
    expect(seen).toEqual([WELCOME]);
    expect(tickets).toEqual(['ticket-1']);
  });

  test('reconnects with a new ticket after a lost socket, and reports each connection', async () => {
    const twice = Promise.withResolvers<void>();
    let opened = 0;
    const { url, tickets } = await streamServer((socket) => {
      if (tickets.length === 1) socket.terminate();
    });
    const { link } = linkTo(url, {
      onOpen: () => {
        if (++opened === 2) twice.resolve();
      },
    });
    await link.open();
    await twice.promise;
    expect(tickets).toEqual(['ticket-1', 'ticket-2']);
  });

  test('reports frames that break the contract, and skips the ignored type', async () => {
    const { url } = await streamServer((socket) => {
      socket.send('{"type":"driver_position","data":"never looked at"}');
      socket.send('{"type":"trip","data":{}}');
      socket.send('no JSON');
      socket.send(JSON.stringify(WELCOME));
    });
    const { link, seen, problems, got } = linkTo(url, { ignoredType: 'driver_position' });
    await link.open();
    await got;
    expect(problems).toEqual(['bad_frame', 'bad_frame']);
    expect(seen).toEqual([WELCOME]);
  });

  test('reports a refused ticket', async () => {
    const server = createServer((_, response) => refusing('ticket_invalid')(response));
    const url = (await listen(server)).replace('http', 'ws');
    const reported = Promise.withResolvers<string>();
    const { link } = linkTo(url, { onProblem: (code) => reported.resolve(code) });
    const opening = link.open();
    expect(await reported.promise).toBe('socket_refused');
    link.close();
    await opening;
  });

  test('is kept alive by heartbeats and abandoned after silence', async () => {
    const { url, frames, sockets } = await streamServer(() => undefined);
    let lost = 0;
    const keeper = new LinkKeeper(new TickWheel(serviceClock(1, 0)), 1);
    const { link } = linkTo(url, { keeper, onLost: () => lost++ });
    await link.open();
    const [socket] = sockets.clients;
    link.lastSentMs = performance.now() - 20_000;
    keeper.run(0);
    await once(socket!, 'message');
    expect(frames).toEqual(['{"type":"heartbeat","data":{}}']);
    link.lastReceivedMs = performance.now() - 60_000;
    keeper.run(0);
    await once(socket!, 'close');
    expect(lost).toBe(1);
  });
});
