import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { JSON_SUBPROTOCOL, streamTicket } from '#libs/contracts';
import { usageOf } from '../../../dev/process/usage.ts';
import { until } from '../../../dev/process/until.ts';
import type { AttackCity } from '../city/attack-city.ts';
import { call, personToken, QUOTE } from '../city/people.ts';
import { RawClient } from '../city/raw-client.ts';
import { outcome, type Attack, type Outcome } from '../runner/attack.ts';

const DRIBBLERS = 300;
const SLOW_HEADERS = 100;
const DRIBBLE_EVERY_MS = 500;
/** How long after the time-out of a request its connection may be there. */
const CLOSE_SLACK_MS = 6_000;
/** An honest quote may take so long while an attack goes on. */
const HONEST_LIMIT_MS = 2_000;
/** What a client that never reads may cost a process. */
const MEMORY_LIMIT_MB = 150;
const UNREAD_FRAMES = 20_000;
const UNREAD_REQUESTS = 2_000;

const HEAD = 'POST /v1/quotes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';

async function rssMb(city: AttackCity, instance: string): Promise<number> {
  const usage = await usageOf(city.pid(instance));
  if (usage === undefined) throw new Error(`${instance} has no memory: it does not run`);
  return usage.rss_mb;
}

/** How long an honest rider waits for a quote now. */
async function honestMs(city: AttackCity): Promise<number> {
  const token = await personToken(city, 'rider');
  const startedAtMs = performance.now();
  const { status, body } = await call(city.urls.rider, '/v1/quotes', { token, body: QUOTE });
  if (status !== 201) throw new Error(`an honest quote is refused: ${status} ${JSON.stringify(body)}`);
  return performance.now() - startedAtMs;
}

/** Keeps many connections open by sending a little now and then; they must be gone, and others served meanwhile. */
async function dribble(city: AttackCity, count: number, head: string, drop: string): Promise<Outcome> {
  const clients = await Promise.all(Array.from({ length: count }, () => RawClient.open(city.urls.rider)));
  for (const client of clients) client.send(head);
  const startedAtMs = performance.now();
  const limitMs = city.requestTimeoutMs + CLOSE_SLACK_MS;
  let slowestMs = 0;
  const open = (): number => clients.filter(({ isOpen }) => isOpen).length;
  while (open() > 0 && performance.now() - startedAtMs < limitMs) {
    for (const client of clients) if (client.isOpen) client.send(drop);
    slowestMs = Math.max(slowestMs, await honestMs(city));
    await sleep(DRIBBLE_EVERY_MS);
  }
  const left = open();
  for (const client of clients) client.hangUp();
  const told = `${left} of ${count} open after ${Math.round(performance.now() - startedAtMs)} ms; a quote took ${Math.round(slowestMs)} ms at most`;
  return outcome(left > 0 || slowestMs > HONEST_LIMIT_MS, told);
}

const UNREAD_SOCKET: Attack = {
  id: 'unread-socket',
  what: 'Fill the memory of rider-api by a socket that asks and never reads',
  run: async (city) => {
    const token = await personToken(city, 'rider');
    const { body } = await call(city.urls.rider, '/v1/stream/tickets', { token });
    const { ticket } = streamTicket.parse(body);
    const before = await rssMb(city, 'rider-api-1');
    const socket = new WebSocket(
      `${city.urls.rider.replace('http', 'ws')}/v1/stream?ticket=${ticket}`,
      JSON_SUBPROTOCOL,
    );
    socket.on('error', () => undefined);
    await new Promise((resolve) => void socket.once('message', resolve));
    socket.pause();
    let most = before;
    const frame = JSON.stringify({
      type: 'nonsense',
      id: 'x'.repeat(64),
      data: { filler: 'x'.repeat(2_000) },
    });
    for (let sent = 0; sent < UNREAD_FRAMES && socket.readyState === WebSocket.OPEN; sent += 1_000) {
      for (let each = 0; each < 1_000; each += 1) socket.send(frame);
      await sleep(20);
      most = Math.max(most, await rssMb(city, 'rider-api-1'));
    }
    const quoteMs = await honestMs(city);
    socket.terminate();
    return outcome(
      most - before > MEMORY_LIMIT_MB || quoteMs > HONEST_LIMIT_MS,
      `${Math.round(most - before)} MB more, a quote took ${Math.round(quoteMs)} ms`,
    );
  },
};

const UNREAD_ANSWERS: Attack = {
  id: 'unread-answers',
  what: 'Fill the memory of rider-api by requests whose answers are never read',
  run: async (city) => {
    const before = await rssMb(city, 'rider-api-1');
    const client = await RawClient.open(city.urls.rider);
    client.stopReading();
    let most = before;
    for (let sent = 0; sent < UNREAD_REQUESTS && client.isOpen; sent += 100) {
      client.send('GET /v1/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(100));
      await sleep(20);
      most = Math.max(most, await rssMb(city, 'rider-api-1'));
    }
    const quoteMs = await honestMs(city);
    client.hangUp();
    return outcome(
      most - before > MEMORY_LIMIT_MB || quoteMs > HONEST_LIMIT_MS,
      `${Math.round(most - before)} MB more, a quote took ${Math.round(quoteMs)} ms`,
    );
  },
};

/** Sends a head, and expects the answer before any body. */
async function answeredEarly(
  city: AttackCity,
  request: string,
  statuses: readonly number[],
): Promise<Outcome> {
  const client = await RawClient.open(city.urls.rider);
  try {
    client.send(request);
    await until(
      () => client.status !== undefined || !client.isOpen,
      city.requestTimeoutMs + CLOSE_SLACK_MS,
      () => 'no answer',
    );
    const { status } = client;
    return outcome(
      status !== undefined && !statuses.includes(status),
      `status ${status ?? 'none, connection closed'}`,
    );
  } finally {
    client.hangUp();
  }
}

export const SLOW_CLIENTS: readonly Attack[] = [
  {
    id: 'dribbled-bodies',
    what: `Keep ${DRIBBLERS} anonymous requests open by a byte of their body now and then`,
    waits: true,
    run: (city) => dribble(city, DRIBBLERS, `${HEAD}Content-Length: 60000\r\n\r\n{`, ' '),
  },
  {
    id: 'dribbled-headers',
    what: `Keep ${SLOW_HEADERS} requests open by a header line now and then`,
    waits: true,
    run: (city) => dribble(city, SLOW_HEADERS, HEAD, 'X-A: b\r\n'),
  },
  {
    id: 'silent-connections',
    what: `Keep ${SLOW_HEADERS} connections open that begin a request and say nothing more`,
    waits: true,
    run: (city) => dribble(city, SLOW_HEADERS, 'POST /v1/quotes HTTP/1.1\r\n', ''),
  },
  {
    id: 'anonymous-megabytes',
    what: 'Have an anonymous body of 10 MB read',
    run: (city) => answeredEarly(city, `${HEAD}Content-Length: 10485760\r\n\r\n`, [401, 413]),
  },
  {
    id: 'endless-chunks',
    what: 'Have an anonymous body without a length read',
    run: (city) =>
      answeredEarly(city, `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nxxxxx\r\n`, [401, 411, 413]),
  },
  {
    id: 'header-of-100-kb',
    what: 'Have a header of 100 kB read',
    run: (city) => answeredEarly(city, `${HEAD}X-A: ${'a'.repeat(100_000)}\r\n\r\n`, [431, 400]),
  },
  {
    id: 'many-headers',
    what: 'Have 5,000 header lines read',
    run: (city) => answeredEarly(city, `${HEAD}${'X-A: b\r\n'.repeat(5_000)}\r\n`, [431, 400, 401]),
  },
  {
    id: 'two-lengths',
    what: 'Smuggle a second request behind two lengths of a body',
    run: (city) => answeredEarly(city, `${HEAD}Content-Length: 3\r\nContent-Length: 40\r\n\r\n{} `, [400]),
  },
  {
    id: 'length-and-chunks',
    what: 'Smuggle a second request behind a length and chunks',
    run: (city) =>
      answeredEarly(city, `${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, [400]),
  },
  UNREAD_SOCKET,
  UNREAD_ANSWERS,
];
