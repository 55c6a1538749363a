import { createServer, type Server, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId, type WebhookDelivery, type WebhookEvent } from '#libs/contracts';
import { readConfig } from '#libs/service';
import { makeWebhookKeys, sealSecret } from '#libs/webhook-seal';
import { webhooksConfig } from '../config.ts';
import { WebhookSender } from './webhook-sender.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const keys = makeWebhookKeys();
const webhookId = newId('webhook');
const tripId = newId('trip');
const message = {
  type: 'trip.accepted',
  timestamp: '2026-03-01T12:00:00.000Z',
  data: {
    event: { trip_id: tripId, seq: 3, type: 'accepted' },
    trip: { trip_id: tripId, state: 'accepted' },
  },
} as unknown as WebhookEvent;

let server: Server;
let port: number;
let floodedBytes = 0;
let floodEnded: () => void = () => undefined;
let retryAfter: string | undefined;
let received: { path: string; headers: Record<string, string>; body: string }[];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const path = request.url ?? '';
      received.push({ path, headers: request.headers as Record<string, string>, body });
      if (path === '/never') return;
      if (path === '/endless') response.writeHead(200).write('…');
      else if (path === '/flood') flood(response);
      else
        response
          .writeHead(Number(path.slice(1)), {
            location: '/200',
            ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
          })
          .end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  received = [];
  retryAfter = undefined;
});

/** Sends a success with a body that goes on as long as the connection takes it. */
function flood(response: ServerResponse): void {
  const chunk = Buffer.alloc(1 << 16);
  const more = (): void => {
    for (let goesOn = !response.destroyed; goesOn;) {
      goesOn = response.write(chunk);
      floodedBytes += chunk.length;
    }
  };
  response
    .writeHead(200)
    .on('drain', more)
    .on('close', () => floodEnded());
  more();
}

function sender(allowPrivate: boolean): WebhookSender {
  return new WebhookSender(
    readConfig(webhooksConfig, {
      HAILGRID_WEBHOOK_OPEN_KEYS: JSON.stringify(keys.openKeys),
      HAILGRID_WEBHOOK_TIMEOUT_MS: '500',
      HAILGRID_WEBHOOK_ALLOW_PRIVATE: String(allowPrivate),
    }),
  );
}

async function delivery(url: string, clear = [SECRET], sealKey = keys.sealKey): Promise<WebhookDelivery> {
  const secrets = await Promise.all(clear.map((secret) => sealSecret(sealKey, webhookId, secret)));
  return { webhook_id: webhookId, trip_id: tripId, seq: 3, attempt: 1, url, secrets, message };
}

test('a message verifies with a Standard Webhooks library, and only with its own secret', async () => {
  expect(await sender(true).send(await delivery(`http://127.0.0.1:${port}/204`))).toEqual({
    meaning: 'delivered',
    status: 204,
    error: null,
  });
  const [{ headers, body }] = received as [(typeof received)[0]];
  expect(new Webhook(SECRET).verify(body, headers)).toEqual(message);
  expect(headers['webhook-id']).toBe(`${tripId}_3`);
  const other = new Webhook(`whsec_${Buffer.alloc(32, 8).toString('base64')}`);
  expect(() => other.verify(body, headers)).toThrow('signature');
  expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow('signature');
});

test('while secrets change, a message verifies with each of them', async () => {
  const newer = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  await sender(true).send(await delivery(`http://127.0.0.1:${port}/204`, [newer, SECRET]));
  const [{ headers, body }] = received as [(typeof received)[0]];
  expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
  for (const secret of [SECRET, newer]) expect(new Webhook(secret).verify(body, headers)).toEqual(message);
});

test('without the private key nothing is sent, and the error names the key', async () => {
  const { sealKey } = makeWebhookKeys();
  const sealed = await delivery(`http://127.0.0.1:${port}/204`, [SECRET], sealKey);
  expect(await sender(true).send(sealed)).toEqual({
    meaning: 'later',
    status: null,
    error: `the secret is sealed with the unknown key ${sealKey.kid}`,
  });
  expect(received).toEqual([]);
});

test.each([
  [301, 'refused'],
  [307, 'refused'],
  [400, 'refused'],
  [404, 'refused'],
  [410, 'gone'],
  [429, 'later'],
  [500, 'later'],
  [503, 'later'],
])('status %i means %s and is not followed', async (status, meaning) => {
  expect(await sender(true).send(await delivery(`http://127.0.0.1:${port}/${status}`))).toEqual({
    meaning,
    status,
    error: `answered ${status}`,
  });
  expect(received).toHaveLength(1);
});

test.each([429, 502, 503, 504])('Retry-After of %i is read in both forms', async (status) => {
  retryAfter = '7';
  const url = `http://127.0.0.1:${port}/${status}`;
  expect(await sender(true).send(await delivery(url))).toMatchObject({
    meaning: 'later',
    retryAfterMs: 7_000,
  });
  retryAfter = new Date(Date.now() + 60_000).toUTCString();
  const { retryAfterMs = 0 } = await sender(true).send(await delivery(url));
  expect(retryAfterMs).toBeGreaterThan(50_000);
  expect(retryAfterMs).toBeLessThanOrEqual(60_000);
});

test('an answer that is none of HTTP’s final ones is a failure', async () => {
  expect(await sender(true).send(await delivery(`http://127.0.0.1:${port}/101`))).toMatchObject({
    meaning: 'later',
  });
});

test('a success with a body without bounds is one, and its body is not read', async () => {
  const flooded = new Promise<void>((resolve) => (floodEnded = resolve));
  const sent = await sender(true).send(await delivery(`http://127.0.0.1:${port}/flood`));
  expect(sent).toEqual({ meaning: 'delivered', status: 200, error: null });
  await flooded;
  // What the two sockets buffer.
  expect(floodedBytes).toBeLessThan(16 << 20);
});

test('an endpoint that never answers times out; one that never ends its body has answered', async () => {
  const never = await sender(true).send(await delivery(`http://127.0.0.1:${port}/never`));
  expect(never).toEqual({ meaning: 'later', status: null, error: 'no answer in time' });
  expect(await sender(true).send(await delivery(`http://127.0.0.1:${port}/endless`))).toMatchObject({
    meaning: 'delivered',
  });
});

test.each([
  ['plain http', 'http://example.com/200'],
  ['a loopback address', 'https://127.0.0.1:PORT/200'],
  ['a loopback address as one number', 'https://2130706433:PORT/200'],
  ['a loopback address in IPv6', 'https://[::1]:PORT/200'],
  ['a loopback address mapped into IPv6', 'https://[::ffff:127.0.0.1]:PORT/200'],
  ['a name of this machine', 'https://localhost:PORT/200'],
  ['the address of a cloud’s metadata', 'https://169.254.169.254/200'],
])('%s is not called by default', async (_, url) => {
  const attempt = await sender(false).send(await delivery(url.replace('PORT', String(port))));
  expect(attempt).toMatchObject({ meaning: 'later', status: null });
  expect(attempt.error).toMatch(/is not a public address|only https/);
  expect(received).toEqual([]);
});
