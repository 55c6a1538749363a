import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { readOptions } from './options.ts';

const directory = temporaryDirectory('options-test');
afterAll(() => directory.remove());

test('without arguments: five minutes of a built-in city', () => {
  expect(readOptions([])).toEqual({
    drivers: 300,
    matchers: 2,
    standbys: 1,
    fromS: 43_200,
    minutes: 5,
    speed: 1,
    seed: 1,
    snapLimitM: 500,
    webhooks: false,
    keep: false,
  });
});

test('a replay: paths become absolute from the directory of npm, times become seconds', () => {
  writeFileSync(join(directory.path, 'trips.csv'), '');
  mkdirSync(join(directory.path, 'streets'));
  for (const file of ['nodes.csv', 'edges.csv']) writeFileSync(join(directory.path, 'streets', file), '');
  vi.stubEnv('INIT_CWD', directory.path);
  const options = readOptions(
    '--trips trips.csv --streets streets --from 7:30 --snap-limit 250 --minutes 0 --speed 2.5 --json out.json --port 9000'.split(
      ' ',
    ),
  );
  vi.unstubAllEnvs();
  expect(options).toMatchObject({
    trips: join(directory.path, 'trips.csv'),
    streets: join(directory.path, 'streets'),
    json: join(directory.path, 'out.json'),
    fromS: 27_000,
    snapLimitM: 250,
    minutes: 0,
    speed: 2.5,
    port: 9000,
  });
});

test.each([
  ['--trips /no/such.csv', 'there is no file /no/such.csv'],
  ['--streets /tmp', 'there is no file /tmp/nodes.csv'],
  ['--json /no/such/out.json', 'there is no directory /no/such'],
  ['--report /no/such/dir', 'there is no directory /no/such'],
  ['--report /proc/version', 'there is no directory /proc/version'],
])('%s is refused', (line, message) => {
  expect(() => readOptions(line.split(' '))).toThrow(message);
});

test.each([
  '--drivers 0',
  '--drivers 1.5',
  '--matchers x',
  '--standbys 0',
  '--standbys 3',
  '--from 24:00',
  '--snap-limit 0',
  '--minutes -1',
  '--speed 0.5',
  '--seed 1e3',
  '--port 70000',
  '--unknown',
  'extra',
])('%s ends with the usage error of the command', (line) => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  const output = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(() => readOptions(line.split(' '))).toThrow('exit 1');
  expect(output.mock.calls.join()).toContain('error: ');
  exit.mockRestore();
  output.mockRestore();
});
