import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { baseConfig, ConfigError, readConfig, refuseUnsafe, serviceArea } from './config.ts';

const schema = z.object({ serviceArea });

test('a service area is a box in degrees', () => {
  const { serviceArea: area } = readConfig(schema, { HAILGRID_SERVICE_AREA: '38.7,-9.16,38.745,-9.12' });
  expect(area).toEqual({ south: 38.7, west: -9.16, north: 38.745, east: -9.12 });
});

test.each(['', '1,2,3', '38.745,-9.16,38.7,-9.12', 'here'])(
  '"%s" is refused, naming the variable',
  (text) => {
    const read = (): unknown => readConfig(schema, { HAILGRID_SERVICE_AREA: text });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/HAILGRID_SERVICE_AREA: /);
  },
);

test('a setting that was replaced is refused, naming what replaces it', () => {
  const read = (value: string): unknown => readConfig(baseConfig, { HAILGRID_UTC_OFFSET_S: value });
  expect(() => read('-14400')).toThrow(ConfigError);
  expect(() => read('0')).toThrow(/HAILGRID_UTC_OFFSET_S is replaced by HAILGRID_TIME_ZONE/);
  expect(read('')).toMatchObject({ mode: 'production' });
});

/** What a production configuration must name when it has no keys and no TLS. */
const INSECURE = { HAILGRID_ALLOW_INSECURE: 'anonymous_nats, plain_nats, plain_postgres' };

test('a fixed offset is no time zone in production', () => {
  const config = readConfig(baseConfig, INSECURE);
  expect(() => refuseUnsafe({ ...config, timeZone: '-04:00' })).toThrow('HAILGRID_TIME_ZONE');
  refuseUnsafe({ ...config, timeZone: 'America/New_York' });
  refuseUnsafe({ ...config, mode: 'development', timeZone: '-04:00' });
});

describe('a secret in a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'hailgrid-config-'));
  const path = join(directory, 'urls');
  afterAll(() => rmSync(directory, { recursive: true }));
  const read = (environment: NodeJS.ProcessEnv): unknown => readConfig(baseConfig, environment);

  test('is read without its last line break', () => {
    writeFileSync(path, 'nats://user:hush@a:4222,nats://user:hush@b:4222\n');
    expect(read({ HAILGRID_NATS_URLS_FILE: path, HAILGRID_NATS_URLS: '' })).toMatchObject({
      natsUrls: ['nats://user:hush@a:4222', 'nats://user:hush@b:4222'],
    });
  });

  test('is refused beside its variable', () => {
    const both = { HAILGRID_NATS_URLS_FILE: path, HAILGRID_NATS_URLS: 'nats://c:4222' };
    expect(() => read(both)).toThrow('set HAILGRID_NATS_URLS or HAILGRID_NATS_URLS_FILE, not both');
  });

  test.each([
    ['that is not there', join(directory, 'nothing'), /HAILGRID_NATS_URLS_FILE: cannot read .*ENOENT/],
    ['that is a directory', directory, /HAILGRID_NATS_URLS_FILE: cannot read .*EISDIR/],
  ])('%s is refused, naming the variable', (_, wrong, message) => {
    expect(() => read({ HAILGRID_NATS_URLS_FILE: wrong })).toThrow(message);
    expect(() => read({ HAILGRID_NATS_URLS_FILE: wrong })).toThrow(ConfigError);
  });

  test.each(['', '\n', 'hush'.repeat(20_000)])(
    'that is empty or too long is refused without its content',
    (text) => {
      writeFileSync(path, text);
      let message = '';
      try {
        read({ HAILGRID_NATS_URLS_FILE: path });
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('HAILGRID_NATS_URLS_FILE');
      expect(message).not.toContain('hush');
    },
  );

  test('is for secrets only', () => {
    expect(() => read({ HAILGRID_HTTP_PORT_FILE: path })).toThrow('HAILGRID_HTTP_PORT is no secret');
  });
});

const SEED = `SU${'A'.repeat(56)}`;
const SAFE = { HAILGRID_NATS_NKEY_SEED: SEED, HAILGRID_NATS_URLS: 'tls://a,tls://b' };

test.each([
  ['anonymous NATS', { ...SAFE, HAILGRID_NATS_NKEY_SEED: '' }, 'anonymous_nats'],
  [
    'NATS with a login for one server of two',
    { HAILGRID_NATS_URLS: 'tls://u:p@a,tls://b' },
    'anonymous_nats',
  ],
  ['plain NATS', { ...SAFE, HAILGRID_NATS_URLS: 'nats://a' }, 'plain_nats'],
  ['one plain NATS server of two', { ...SAFE, HAILGRID_NATS_URLS: 'tls://a,nats://b' }, 'plain_nats'],
])('production refuses %s unless it is named', (_, environment, link) => {
  const read = (allowed: string) =>
    readConfig(baseConfig, { ...environment, HAILGRID_ALLOW_INSECURE: allowed });
  expect(() => refuseUnsafe(read(''))).toThrow(`refuses ${link}`);
  refuseUnsafe(read(link));
  refuseUnsafe({ ...read(''), mode: 'development' });
});

test.each([
  ['postgres://a/x', false],
  ['postgres://a/x?sslmode=disable', false],
  ['postgres://a/x?sslmode=prefer', false],
  ['postgres://a/x?sslmode=require', true],
  ['postgres://a/x?application_name=y&sslmode=verify-full', true],
])('production takes %s for a secure link to Postgres: %s', (url, secure) => {
  const config = {
    ...readConfig(baseConfig, SAFE),
    postgresUrls: [url, 'postgres://b/x?sslmode=verify-full'],
  };
  let refusal = '';
  try {
    refuseUnsafe(config);
  } catch (error) {
    refusal = String(error);
  }
  expect(refusal.includes('refuses plain_postgres')).toBe(!secure);
});

test('a link that is no link cannot be allowed', () => {
  expect(() => readConfig(baseConfig, { HAILGRID_ALLOW_INSECURE: 'everything' })).toThrow(
    'HAILGRID_ALLOW_INSECURE',
  );
});
