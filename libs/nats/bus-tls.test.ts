import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startNats, type Nats } from '../../dev/nats/start-nats.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { TestAuthority, type CertificateFiles } from '../../dev/tls/test-authority.ts';
import { BusAccessError } from './bus-access-error.ts';
import type { BusAccess } from './bus-access.ts';
import { BusRefusedError } from './bus-refused.ts';
import { connectBus, openConnection } from './connect-bus.ts';

const WAIT = { timeout: 10_000, interval: 20 };

const directory = temporaryDirectory('bus-tls-test');
const plainDirectory = temporaryDirectory('bus-tls-plain');
let authority: TestAuthority;
let stranger: TestAuthority;
let client: CertificateFiles;
let foreign: CertificateFiles;
let elsewhere: CertificateFiles;
let nats: Nats;
let plain: Nats;

beforeAll(async () => {
  authority = await TestAuthority.create(directory.path, 'ca');
  stranger = await TestAuthority.create(directory.path, 'stranger');
  client = await authority.issue('client');
  foreign = await stranger.issue('foreign');
  elsewhere = await authority.issue('elsewhere', ['nats.example.com']);
  const server = await authority.issue('server');
  nats = await startNats({
    directory: directory.path,
    tls: { caFile: authority.caFile, ...server },
  });
  plain = await startNats({ directory: plainDirectory.path });
});
afterAll(async () => {
  await Promise.all([nats?.stop(), plain?.stop()]);
  directory.remove();
  plainDirectory.remove();
});

function access(tls: BusAccess['tls'], scheme: 'tls' | 'nats' = 'tls'): BusAccess {
  const servers = nats.nodes.map(({ url }) => url.replace(/^\w+:/, `${scheme}:`));
  return { servers, role: 'matcher', nkeySeed: nats.seeds.matcher, ...(tls !== undefined && { tls }) };
}

test('a client with a certificate connects under its NKey, and its requests are answered', async () => {
  const bus = await connectBus(access({ caFile: authority.caFile, ...client }), 'test');
  expect(openConnection(bus)).toBeDefined();
  expect(bus.info).toMatchObject({ tls_required: true, tls_verify: true });
  await bus.flush();
  await bus.close();
});

describe('is refused at once, with the name of the setting:', () => {
  const missing = () => join(directory.path, 'missing.pem');
  const broken = () => {
    const file = join(directory.path, 'broken.pem');
    writeFileSync(file, 'no certificate');
    return file;
  };

  test.for<[what: string, () => BusAccess['tls'], setting: RegExp]>([
    ['no certificate', () => ({ caFile: authority.caFile }), /HAILGRID_NATS_CERT_FILE/],
    [
      'another authority for the server',
      () => ({ caFile: stranger.caFile, ...client }),
      /HAILGRID_NATS_CA_FILE/,
    ],
    ['no authority for the server', () => client, /HAILGRID_NATS_CA_FILE/],
    [
      'a certificate of another authority',
      () => ({ caFile: authority.caFile, ...foreign }),
      /HAILGRID_NATS_CERT_FILE/,
    ],
  ])('%s', async ([, tls, setting]) => {
    const connecting = connectBus(access(tls()), 'test');
    await expect(connecting).rejects.toThrow(BusRefusedError);
    await expect(connecting).rejects.toThrow(setting);
  });

  test.for<[what: string, () => BusAccess['tls'], setting: RegExp]>([
    [
      'a key of another certificate',
      () => ({ caFile: authority.caFile, ...client, keyFile: foreign.keyFile }),
      /HAILGRID_NATS_KEY_FILE/,
    ],
    [
      'an authority file that is not there',
      () => ({ caFile: missing(), ...client }),
      /HAILGRID_NATS_CA_FILE/,
    ],
    [
      'a certificate file that is not there',
      () => ({ caFile: authority.caFile, ...client, certFile: missing() }),
      /HAILGRID_NATS_CERT_FILE/,
    ],
    [
      'a certificate file that holds none',
      () => ({ caFile: authority.caFile, ...client, certFile: broken() }),
      /HAILGRID_NATS_CERT_FILE/,
    ],
    ['a certificate without its key', () => ({ certFile: client.certFile }), /HAILGRID_NATS_KEY_FILE/],
  ])('%s', async ([, tls, setting]) => {
    const connecting = connectBus(access(tls()), 'test');
    await expect(connecting).rejects.toThrow(BusAccessError);
    await expect(connecting).rejects.toThrow(setting);
  });

  test('a plain client at a server that wants TLS', async () => {
    const connecting = connectBus(access(undefined, 'nats'), 'test');
    await expect(connecting).rejects.toThrow(BusRefusedError);
    await expect(connecting).rejects.toThrow('HAILGRID_NATS_CA_FILE');
  });

  test('a plain server, which could be anybody', async () => {
    const servers = plain.nodes.map(({ url }) => url.replace(/^\w+:/, 'tls:'));
    const connecting = connectBus({ servers, role: 'matcher', nkeySeed: plain.seeds.matcher }, 'test');
    await expect(connecting).rejects.toThrow(BusRefusedError);
    await expect(connecting).rejects.toThrow('HAILGRID_NATS_URLS');
  });

  test('a server with the certificate of another host', async () => {
    const other = temporaryDirectory('bus-tls-elsewhere');
    const server = await startNats({
      directory: other.path,
      tls: { caFile: authority.caFile, ...elsewhere },
    });
    const servers = server.nodes.map(({ url }) => url.replace(/^\w+:/, 'tls:'));
    const tls = { caFile: authority.caFile, ...client };
    const connecting = connectBus({ servers, role: 'matcher', nkeySeed: server.seeds.matcher, tls }, 'test');
    await expect(connecting).rejects.toThrow(BusRefusedError);
    await expect(connecting).rejects.toThrow('HAILGRID_NATS_URLS');
    await server.stop();
    other.remove();
  });
});

test('renewed files are read at the next connection', async () => {
  const renewed = temporaryDirectory('bus-tls-renewed');
  const old = await TestAuthority.create(renewed.path, 'ca');
  const server = await startNats({
    directory: renewed.path,
    tls: { caFile: old.caFile, ...(await old.issue('server')) },
  });
  const tls = { caFile: old.caFile, ...(await old.issue('client')) };
  const servers = server.nodes.map(({ url }) => url.replace(/^\w+:/, 'tls:'));
  const bus = await connectBus({ servers, role: 'matcher', nkeySeed: server.seeds.matcher, tls }, 'test');
  const first = openConnection(bus);

  await server.nodes[0]!.server.kill();
  // Under the same names: what either side has read before fits nothing any more.
  const next = await TestAuthority.create(renewed.path, 'ca');
  await Promise.all([next.issue('server'), next.issue('client')]);
  await server.nodes[0]!.restart();

  await vi.waitFor(() => expect([undefined, first]).not.toContain(openConnection(bus)), WAIT);
  await bus.flush();
  await bus.close();
  await server.stop();
  renewed.remove();
});
