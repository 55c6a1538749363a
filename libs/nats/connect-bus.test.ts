import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testNats, type TestNats } from '../../dev/test-world/index.ts';
import { connectBus } from './connect-bus.ts';

/** A client tries its servers in random order; among this many, some try the silent one first. */
const CLIENTS = 12;
/** Half of the default timeout of nats.js. */
const LIMIT_MS = 10_000;

let nats: TestNats;
let silent: Server;
const accepted: Socket[] = [];

beforeAll(async () => {
  nats = await testNats();
  silent = createServer((socket) => accepted.push(socket.on('error', () => undefined)));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterAll(async () => {
  for (const socket of accepted) socket.destroy();
  silent?.close();
  await nats?.stop();
});

test('a server that accepts connections and stays silent delays a client only briefly', async () => {
  const servers = [nats.url.replace(/\d+$/, String((silent.address() as AddressInfo).port)), ...nats.urls];
  const startedMs = performance.now();
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, (_, index) => connectBus({ servers }, `client-${index}`)),
  );
  expect(performance.now() - startedMs).toBeLessThan(LIMIT_MS);
  expect(accepted.length).toBeGreaterThan(0);
  await Promise.all(clients.map((client) => client.close()));
});
