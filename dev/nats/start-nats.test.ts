import { connect } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { connectBus } from '#libs/nats';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { startNats } from './start-nats.ts';

test('one server accepts connections on its own port and has exited after stop', async () => {
  const directory = temporaryDirectory('nats-test');
  const nats = await startNats({ directory: directory.path });
  const connection = await connectBus({ servers: nats.urls }, 'test');
  const received = connection.subscribe('greeting', { max: 1 });
  connection.publish('greeting', 'hello');
  for await (const message of received) expect(message.string()).toBe('hello');
  await connection.close();
  await nats.stop();
  await expect(connect({ servers: nats.nodes[0]!.url, reconnect: false, timeout: 1000 })).rejects.toThrow(
    'refused',
  );
  directory.remove();
});

test('servers of a cluster forward messages to one another', async () => {
  const directory = temporaryDirectory('nats-test');
  const nats = await startNats({ directory: directory.path, servers: 3 });
  expect(nats.urls).toHaveLength(3);
  const [publisher, subscriber] = await Promise.all(
    nats.urls.slice(0, 2).map((url) => connectBus({ servers: [url] }, 'test')),
  );
  const received = subscriber!.subscribe('greeting', { max: 1 });
  await subscriber!.flush();
  // Interest spreads along the routes after the flush returns, so the publisher repeats the message.
  const repeat = setInterval(() => publisher!.publish('greeting', 'hello'), 20);
  for await (const message of received) expect(message.string()).toBe('hello');
  clearInterval(repeat);
  await Promise.all([publisher!.close(), subscriber!.close()]);
  await nats.stop();
  directory.remove();
});

test('a killed server of a cluster returns on the same port, and clients learn no other URLs', async () => {
  const directory = temporaryDirectory('nats-test');
  const nats = await startNats({ directory: directory.path, servers: 3 });
  const [node] = nats.nodes;
  const url = node!.url;
  await node!.server.kill();
  await expect(connect({ servers: url, reconnect: false, timeout: 1000 })).rejects.toThrow('refused');
  await node!.restart();
  expect(node!.url).toBe(url);
  const connection = await connectBus({ servers: [nats.urls[0]!] }, 'test');
  expect(connection.info?.connect_urls).toBeUndefined();
  await connection.close();
  await nats.stop();
  directory.remove();
});
