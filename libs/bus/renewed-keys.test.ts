import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connectBus, openConnection, renderAuthorization } from '#libs/nats';
import { baseConfig, readConfig } from '#libs/service';
import { startNats, type Nats } from '../../dev/nats/start-nats.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { makeBusKeys } from '../../ops/bus-keys/make-bus-keys.ts';
import { busAccessOf } from './command-transport.ts';

const WAIT = { timeout: 10_000, interval: 20 };

const directory = temporaryDirectory('renewed-keys-test');
let nats: Nats;

beforeAll(async () => {
  nats = await startNats({ directory: directory.path });
});
afterAll(async () => {
  await nats?.stop();
  directory.remove();
});

test('a process whose key is replaced connects again with the new one in its file, without a restart', async () => {
  const file = join(directory.path, 'matcher.nk');
  writeFileSync(file, `${nats.seeds.matcher}\n`);
  const config = readConfig(baseConfig, {
    HAILGRID_NATS_URLS: nats.nodes[0]!.url,
    HAILGRID_NATS_NKEY_SEED_FILE: file,
  });
  const bus = await connectBus(busAccessOf(config, 'matcher'), 'test');
  const first = openConnection(bus);

  const { seeds, publicKeys } = makeBusKeys();
  writeFileSync(join(directory.path, 'nats-server.conf'), renderAuthorization(publicKeys));
  const node = nats.nodes[0]!;
  await node.server.kill();
  // Half a file, as a reader may find it, ends nothing: the client tries the old key, which the server does not know.
  writeFileSync(file, seeds.matcher.slice(0, 20));
  await node.restart();
  const log = join(directory.path, 'nats.log');
  await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toContain('authentication error'), WAIT);
  writeFileSync(file, `${seeds.matcher}\n`);

  await vi.waitFor(() => bus.flush(), WAIT); // answered only by a server that has accepted the new key
  expect(openConnection(bus)).not.toBe(first);
  await bus.close();
});
