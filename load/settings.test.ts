import { expect, test } from 'vitest';
import { readSettings, VARIABLES } from './settings.ts';

test('the defaults are a light load on the system of npm start', () => {
  expect(readSettings({})).toMatchObject({
    riderApiUrl: 'http://127.0.0.1:8080',
    ratePerS: 1,
    duration: '1m',
  });
});

test('an address loses its trailing slash, since paths are appended to it', () => {
  expect(readSettings({ HAILGRID_RIDER_API_URL: 'https://rides.example/' }).riderApiUrl).toBe(
    'https://rides.example',
  );
});

test.each([
  ['ratePerS', 'many'],
  ['ratePerS', '0'],
  ['duration', '5 minutes'],
  ['patienceS', '-1'],
  ['cancelShare', '10'],
  ['area', '38.7,-9.1'],
  ['area', '38.745,-9.160,38.700,-9.120'],
  ['area', '38.7,west,38.8,-9.1'],
] as const)('%s refuses "%s", and the message names the variable', (key, value) => {
  expect(() => readSettings({ [VARIABLES[key]]: value })).toThrow(VARIABLES[key]);
});

test('an address without a scheme is refused', () => {
  expect(() => readSettings({ HAILGRID_ISSUER_URL: 'localhost:8082' })).toThrow('localhost:8082');
});
