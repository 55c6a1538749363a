import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  HailgridError,
  JSON_SUBPROTOCOL,
  newId,
  postToken,
  riderServerFrame,
  toProblem,
  toTimestamp,
  type ErrorCode,
  type RiderServerFrame,
} from '#libs/contracts';
import { StreamLink } from '#sdk';
import { ApiClient, MAX_CONCURRENT_REQUESTS } from './api-client.ts';
import { PhoneNetwork } from './phone-network.ts';
import { RequestSlots } from './request-slots.ts';

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

function clientOf(url: string): ApiClient<'issuer'> {
  return new ApiClient(url, 1, 'test', new AbortController().signal);
}

const TOKEN = { token: 'secret', subject: newId('rider'), expires_in_s: 60 };

describe('the API client', () => {
  test('repeats what it asks without a key too', async () => {
    const { url, requests } = await answering(refusing('unavailable'), json(201, TOKEN));
    expect(await clientOf(url).call(postToken, { body: { role: 'rider' } })).toEqual(TOKEN);
    expect(requests).toHaveLength(2);
  });

  test('refuses a response that breaks the contract', async () => {
    const { url } = await answering(json(201, { token: 7 }));
    await expect(clientOf(url).call(postToken)).rejects.toMatchObject({ code: 'bad_answer' });
    const other = await answering(json(200, TOKEN));
    await expect(clientOf(other.url).call(postToken)).rejects.toMatchObject({ code: 'bad_answer' });
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

/** A stream server that records the tickets of its sockets; `refuses` is told how many it has refused. */
async function streamServer(
  onSocket: (socket: WebSocket) => void,
  refuses: (refused: number) => boolean = () => false,
) {
  const server = createServer();
  const url = await listen(server);
  let refused = 0;
  const sockets = new WebSocketServer({
    server,
    handleProtocols: () => JSON_SUBPROTOCOL,
    verifyClient: () => !refuses(refused) || (refused++, false),
  });
  const tickets: string[] = [];
  sockets.on('connection', (socket, request) => {
    tickets.push(new URL(request.url ?? '', url).searchParams.get('ticket') ?? '');
    onSocket(socket);
  });
  closing.push(() => sockets.close());
  return { url, tickets };
}

const WELCOME = { type: 'welcome', data: { rider_id: newId('rider'), at: toTimestamp(0) } };

function linkTo(url: string) {
  const seen: RiderServerFrame[] = [];
  const problems: string[] = [];
  const got = Promise.withResolvers<void>();
  const reported = Promise.withResolvers<void>();
  let tickets = 0;
  const network = new PhoneNetwork(new RequestSlots(4), 1, (code) => {
    problems.push(code);
    reported.resolve();
  });
  const link = new StreamLink<RiderServerFrame>({
    url,
    openTicket: () => Promise.resolve(`ticket-${++tickets}`),
    WebSocket: network.WebSocket,
    chance: () => 0,
    ...network.habits(riderServerFrame, 'driver_position'),
    onFrame: (frame) => {
      seen.push(frame);
      got.resolve();
    },
    onEnd: (end) => network.ended(end),
  });
  closing.push(() => link.close());
  return { link, seen, problems, got: got.promise, reported: reported.promise };
}

describe('the link of a phone', () => {
  test('counts frames that break the contract, and skips the ignored type', async () => {
    const { url } = await streamServer((socket) => {
      socket.send('{"type":"driver_position","data":"never looked at"}');
      socket.send('{"type":"trip","data":{}}');
      socket.send('no JSON');
      socket.send(JSON.stringify(WELCOME));
    });
    const { link, seen, problems, got } = linkTo(url);
    await link.open();
    await got;
    expect(problems).toEqual(['bad_frame', 'bad_frame']);
    expect(seen).toEqual([WELCOME]);
  });

  test('counts a refused handshake, and comes back', async () => {
    const { url, tickets } = await streamServer(
      () => undefined,
      (refused) => refused === 0,
    );
    const { link, problems } = linkTo(url);
    await link.open();
    expect(problems).toEqual(['socket_refused']);
    expect(tickets).toEqual(['ticket-2']);
  });

  test('is cut by a frame that is too long, and comes back', async () => {
    const { url, tickets } = await streamServer((socket) =>
      socket.send(tickets.length === 1 ? 'x'.repeat(1 << 20) : JSON.stringify(WELCOME)),
    );
    const { link, seen, got } = linkTo(url);
    await link.open();
    await got;
    expect(seen).toEqual([WELCOME]);
    expect(tickets).toEqual(['ticket-1', 'ticket-2']);
  });

  test('that ends because its phone has too many counts as an error', async () => {
    const { url } = await streamServer((socket) => socket.close(4001));
    const { link, problems, reported } = linkTo(url);
    await link.open();
    await reported;
    expect(problems).toEqual(['socket_replaced']);
  });
});
