import { expect, test } from 'vitest';
import { choosePorts } from './ports.ts';

const taken =
  (...ports: number[]) =>
  async (port: number) =>
    !ports.includes(port);

test('the default ports if they are free', async () => {
  expect(await choosePorts(undefined, taken())).toEqual({
    ports: { 'rider-api': 8080, 'driver-api': 8081, 'dev-issuer': 8082, trips: 8083, console: 8084 },
    notes: [],
  });
});

test('a service whose port is taken gets the next free port that no other service has', async () => {
  expect(await choosePorts(undefined, taken(8080))).toEqual({
    ports: { 'rider-api': 8081, 'driver-api': 8082, 'dev-issuer': 8083, trips: 8084, console: 8085 },
    notes: [
      'port 8080 is taken: rider-api is on 8081',
      'port 8081 is taken: driver-api is on 8082',
      'port 8082 is taken: dev-issuer is on 8083',
      'port 8083 is taken: trips is on 8084',
      'port 8084 is taken: console is on 8085',
    ],
  });
});

test('requested ports are used or refused', async () => {
  expect((await choosePorts(9000, taken(8080))).ports['dev-issuer']).toBe(9002);
  await expect(choosePorts(9000, taken(9001))).rejects.toThrow('port 9001, meant for driver-api, is taken');
});
