import { expect, test, vi } from 'vitest';
import { choosePorts } from '../dev/city/ports.ts';
import { readCommandLine } from './command-line.ts';
import { readSettings } from './settings.ts';

test('--port N finds rider-api and dev-issuer where npm start --port N puts them', async () => {
  const { ports } = await choosePorts(9100, () => Promise.resolve(true));
  const { riderApiUrl, issuerUrl } = readSettings(readCommandLine(['--port', '9100']).environment);
  expect(riderApiUrl).toBe(`http://127.0.0.1:${ports['rider-api']}`);
  expect(issuerUrl).toBe(`http://127.0.0.1:${ports['dev-issuer']}`);
});

test('an option sets a setting, --json is relative to the directory of npm, and arguments after a second -- reach k6', () => {
  vi.stubEnv('INIT_CWD', '/home/user');
  const { environment, jsonFile, k6Arguments } = readCommandLine([
    '--rate=5',
    '--json=out.json',
    '--',
    '--quiet',
  ]);
  expect(readSettings(environment)).toMatchObject({ ratePerS: 5, riderApiUrl: 'http://127.0.0.1:8080' });
  expect(jsonFile).toBe('/home/user/out.json');
  expect(k6Arguments).toEqual(['--quiet']);
});
