import { expect, test } from 'vitest';
import { serviceEnvironment } from './service-environment.ts';
import { readyPort } from './start-service.ts';

const system = {
  natsUrls: ['nats://a', 'nats://b'],
  postgresUrls: ['postgres://secret'],
  serviceArea: '0,0,1,1',
};

test('only trips gets the URLs of the database', () => {
  expect(serviceEnvironment('trips', 'trips-1', 0, system)['HAILGRID_POSTGRES_URLS']).toBe(
    'postgres://secret',
  );
  expect(JSON.stringify(serviceEnvironment('matcher', 'matcher-1', 0, system, {}))).not.toContain('secret');
});

test('HAILGRID variables of this process are not passed on, its other variables are', () => {
  const inherited = { PATH: '/bin', HAILGRID_POSTGRES_BIN: '/pg', HAILGRID_MODE: 'production' };
  const clock = { speed: 10, originMs: 5 };
  const environment = serviceEnvironment('matcher', 'matcher-2', 80, { ...system, clock }, inherited);
  expect(environment).toMatchObject({
    PATH: '/bin',
    HAILGRID_MODE: 'development',
    HAILGRID_INSTANCE: 'matcher-2',
    HAILGRID_HTTP_PORT: '80',
    HAILGRID_NATS_URLS: 'nats://a,nats://b',
    HAILGRID_CLOCK_SPEED: '10',
    HAILGRID_CLOCK_ORIGIN_MS: '5',
  });
  expect(environment).not.toHaveProperty('HAILGRID_POSTGRES_BIN');
});

test('streets are passed on with their snap limit and time zone', () => {
  const streets = { directory: '/streets', snapLimitM: 250, timeZone: 'Europe/Lisbon' };
  expect(serviceEnvironment('fleet', 'fleet', 0, { ...system, streets }, {})).toMatchObject({
    HAILGRID_STREETS_DIR: '/streets',
    HAILGRID_SNAP_LIMIT_M: '250',
    HAILGRID_TIME_ZONE: 'Europe/Lisbon',
  });
});

test.each([
  ['{"event":"ready","http_port":8080}', 8080],
  ['{"event":"ready"}', undefined],
  ['{"event":"stopping","msg":"was \\"ready\\""}', undefined],
  ['"ready" in no JSON', undefined],
])('the ready line %s gives %s', (line, port) => expect(readyPort(line)).toBe(port));
