import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { HttpClient, type HttpClientOptions } from './http-client.ts';

type Answer = (response: ServerResponse) => void;

/** A server that gives the answers in order, repeats the last one, and records the requests. */
async function answering(...answers: Answer[]): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    request.on('end', () => (answers[requests.length - 1] ?? answers.at(-1))?.(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const json =
  (status: number, body: unknown): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const STATUSES = { unavailable: 503, rate_limited: 429, quote_expired: 409, token_expired: 401 } as const;
const refusing = (code: keyof typeof STATUSES): Answer => {
  const status = STATUSES[code];
  return json(status, { type: `urn:hailgrid:problem:${code}`, title: 'Refused', status, code });
};
const cut: Answer = (response) => void response.socket?.destroy();
const OK = json(200, { is: 'done' });

function clientOf(url: string, options: Partial<HttpClientOptions> = {}): HttpClient {
  return new HttpClient({ url, token: () => 'secret', chance: () => 0, ...options });
}

const KEYED = { method: 'POST', path: '/v1/trips', body: { quote_id: 'q' }, idempotencyKey: 'k1' };

test('a request with a key is repeated with it after 503 and a cut connection', async () => {
  const { url, requests } = await answering(refusing('unavailable'), cut, OK);
  expect(await clientOf(url).send(KEYED)).toEqual({ is: 'done' });
  expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['k1', 'k1', 'k1']);
});

test('a request whose repetition might do harm is sent once, unless it was refused for the rate', async () => {
  const unsafe = { method: 'POST', path: '/v1/things' };
  const lost = await answering(cut, OK);
  await expect(clientOf(lost.url).send(unsafe)).rejects.toMatchObject({ code: 'network', isTransient: true });
  expect(lost.requests).toHaveLength(1);
  const limited = await answering((response) => {
    response.setHeader('retry-after', '0');
    refusing('rate_limited')(response);
  }, OK);
  expect(await clientOf(limited.url).send(unsafe)).toEqual({ is: 'done' });
});

test('a final refusal is a problem with its code and what the service said', async () => {
  const { url, requests } = await answering(refusing('quote_expired'));
  await expect(clientOf(url).send(KEYED)).rejects.toMatchObject({
    name: 'HailgridProblem',
    code: 'quote_expired',
    status: 409,
    isTransient: false,
    problem: { type: 'urn:hailgrid:problem:quote_expired' },
  });
  expect(requests).toHaveLength(1);
});

test('attempts end', async () => {
  const { url, requests } = await answering(refusing('unavailable'));
  const short = clientOf(url, { attempts: 2 });
  await expect(short.send({ method: 'GET', path: '/v1/trips' })).rejects.toMatchObject({ status: 503 });
  expect(requests).toHaveLength(2);
});

test('a refused token is renewed once', async () => {
  const { url, requests } = await answering(refusing('token_expired'));
  const asked: (string | undefined)[] = [];
  const token = (rejected?: string): string => `token-${asked.push(rejected)}`;
  const failed = clientOf(url, { token }).send({ method: 'GET', path: '/v1/driver' });
  await expect(failed).rejects.toMatchObject({ code: 'token_expired' });
  expect(asked).toEqual([undefined, 'token-1']);
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
});

test('Retry-After is waited for, and the end of the client ends the wait', async () => {
  const ending = new AbortController();
  const { url, requests } = await answering((response) => {
    response.setHeader('retry-after', '600');
    refusing('rate_limited')(response);
    response.on('finish', () => setImmediate(() => ending.abort()));
  });
  await expect(clientOf(url, { signal: ending.signal }).send(KEYED)).rejects.toMatchObject({
    code: 'stopped',
  });
  expect(requests).toHaveLength(1);
});

test('parameters are put in their places, escaped', async () => {
  const { url, requests } = await answering(OK);
  await clientOf(url).send({
    method: 'GET',
    path: '/v1/trips/{trip_id}',
    params: { trip_id: 'a/b' },
    query: { limit: 2, cursor: 'a&b', none: undefined },
  });
  expect(requests[0]?.url).toBe('/v1/trips/a%2Fb?limit=2&cursor=a%26b');
});

test('an answer that is none of the API is no answer', async () => {
  const { url } = await answering((response) => void response.writeHead(404).end('<html>'));
  await expect(clientOf(url).send(KEYED)).rejects.toMatchObject({ code: 'bad_answer', status: 404 });
});

test('attempts run as admitted, and only the status that was asked for counts', async () => {
  const { url } = await answering(refusing('unavailable'), OK);
  let admitted = 0;
  const admit: HttpClientOptions['admit'] = (attempt) => {
    admitted++;
    return attempt();
  };
  const strict = { ...KEYED, status: 201 };
  await expect(clientOf(url, { admit }).send(strict)).rejects.toMatchObject({
    code: 'bad_answer',
    status: 200,
  });
  expect(admitted).toBe(2);
});
