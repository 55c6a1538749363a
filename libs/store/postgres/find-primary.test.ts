import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { query } from '../../../ops/postgres/query.ts';
import { startPostgres, type Postgres } from '../../../dev/postgres/start-postgres.ts';
import { findPrimary } from './find-primary.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let postgres: Postgres;
let primaryUrl: string;
let standbyUrl: string;

beforeEach(async () => {
  directory = temporaryDirectory('find-primary-test');
  postgres = await startPostgres({ directory: directory.path });
  [primaryUrl, standbyUrl] = postgres.urls('postgres') as [string, string];
}, 60_000);
afterEach(async () => {
  await postgres?.stop();
  directory.remove();
});

test('a host that accepts connections but never answers does not slow the search', async () => {
  const silent = await silentHost(new URL(primaryUrl));
  const primary = await findPrimary([silent.url, standbyUrl, primaryUrl]);
  expect(primary.url).toBe(primaryUrl);
  expect(silent.isBeingAsked()).toBe(true);
  silent.close();
});

test('of two servers that claim to be the primary, the one promoted later wins', async () => {
  expect(await findPrimary([primaryUrl, standbyUrl])).toEqual({ url: primaryUrl, timeline: 1 });
  await query(standbyUrl, 'SELECT pg_promote()');
  const promoted = { url: standbyUrl, timeline: 2 };
  expect(await findPrimary([primaryUrl, standbyUrl])).toEqual(promoted);
  expect(await findPrimary([standbyUrl, primaryUrl])).toEqual(promoted);
  await expect(findPrimary([primaryUrl], promoted.timeline)).rejects.toMatchObject({ code: 'unavailable' });
});

/** A server that accepts connections and never answers, as a frozen one. */
async function silentHost(like: URL) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(like);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    isBeingAsked: () => sockets.size > 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
