import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { readSettings } from '../settings.ts';
import { requireRunningStack } from './running-stack.ts';

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function answering(status: number): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/health/ready' ? status : 404).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function settings(riderApi: string, issuer: string) {
  return readSettings({ HAILGRID_RIDER_API_URL: riderApi, HAILGRID_ISSUER_URL: issuer });
}

test('accepts a ready system', async () => {
  const [riderApi, issuer] = await Promise.all([answering(200), answering(200)]);
  await expect(requireRunningStack(settings(riderApi, issuer))).resolves.toBeUndefined();
});

test('if nothing listens, the message says how to start the system', async () => {
  const gone = await answering(200);
  servers.splice(0).forEach((server) => server.close());
  await expect(requireRunningStack(settings(gone, gone))).rejects.toThrow(
    /rider-api .* does not answer[^]*npm start/,
  );
});

test('names a service that is not ready, with its status', async () => {
  const [riderApi, issuer] = await Promise.all([answering(200), answering(503)]);
  await expect(requireRunningStack(settings(riderApi, issuer))).rejects.toThrow(
    /dev-issuer .* not ready \(503\)/,
  );
});
