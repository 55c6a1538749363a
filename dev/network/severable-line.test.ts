import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SeverableLine } from './severable-line.ts';

const QUIET_MS = 150;
let echo: Server;
let line: SeverableLine;
const sockets: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  line = await SeverableLine.to(`tcp://127.0.0.1:${(echo.address() as AddressInfo).port}`);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  line.close();
  echo.close();
});

async function dial(): Promise<{ socket: Socket; heard: () => string }> {
  const socket = connect(Number(new URL(line.url).port), '127.0.0.1');
  sockets.push(socket);
  let heard = '';
  socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, heard: () => heard };
}

function quiet(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, QUIET_MS));
}

test('bytes go both ways and are counted', async () => {
  const { socket, heard } = await dial();
  socket.write('hello');
  await expect.poll(heard).toBe('hello');
  expect(line.forwardedBytes).toBe(10);
});

test('a black hole keeps connections but forwards nothing until it is mended', async () => {
  const before = await dial();
  before.socket.write('1');
  await expect.poll(before.heard).toBe('1');
  line.cut('black_hole');
  const bytes = line.forwardedBytes;
  before.socket.write('2');
  const during = await dial();
  during.socket.write('3');
  await quiet();
  expect([before.heard(), during.heard(), line.forwardedBytes]).toEqual(['1', '', bytes]);
  expect(before.socket.destroyed).toBe(false);

  line.mend();
  await expect.poll(before.heard).toBe('12');
  await expect.poll(during.heard).toBe('3');
});

test('a reset closes open and new connections', async () => {
  const before = await dial();
  before.socket.write('1');
  await expect.poll(before.heard).toBe('1');
  line.cut('reset');
  await once(before.socket, 'close');
  const during = await dial();
  await once(during.socket, 'close');
  expect(during.heard()).toBe('');

  line.mend();
  const after = await dial();
  after.socket.write('2');
  await expect.poll(after.heard).toBe('2');
});
