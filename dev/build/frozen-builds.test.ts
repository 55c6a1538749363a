import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { FrozenBuilds, KEPT_BUILDS } from './frozen-builds.ts';

let output: string;
let builds: FrozenBuilds;

beforeEach(() => {
  const checkout = temporaryDirectory('frozen-builds');
  onTestFinished(() => checkout.remove());
  output = join(checkout.path, 'dist');
  builds = new FrozenBuilds(join(output, 'builds'));
  write(
    'apps/taxi/main.js',
    `import { NAME } from '#libs/name';\nimport '#sdk';\nconsole.log(NAME);\nimport 'package-above';\n`,
  );
  write('apps/taxi/main.js.map', JSON.stringify({ version: 3, sources: ['../../../apps/taxi/main.ts'] }));
  write('libs/name/index.js', `export const NAME = 'first';\n`);
  write('packages/sdk/index.js', '');
  write('../node_modules/package-above/index.js', '');
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(output, path)), { recursive: true });
  writeFileSync(join(output, path), text);
}

const run = (build: string): string =>
  execFileSync(process.execPath, [join(build, 'apps', 'taxi', 'main.js')], { encoding: 'utf8' });

test('a frozen build does not change with the output it was copied from', () => {
  const first = builds.freeze('1', output);
  write('libs/name/index.js', `export const NAME = 'second';\n`);
  const second = builds.freeze('2', output);
  rmSync(join(output, 'libs'), { recursive: true });
  expect([run(first), run(second)]).toEqual(['first\n', 'second\n']);
});

test('its source maps lead to the sources', () => {
  const build = builds.freeze('1', output);
  const map = join(build, 'apps', 'taxi', 'main.js.map');
  const { sources } = JSON.parse(readFileSync(map, 'utf8')) as { sources: string[] };
  expect(join(dirname(map), sources[0]!)).toBe(join(output, '..', 'apps', 'taxi', 'main.ts'));
});

test('an interrupted copy does not count as a build and does not block the next attempt', () => {
  mkdirSync(join(output, 'builds', '1.partial', 'apps', 'stray'), { recursive: true });
  expect(builds.use('1')).toBeUndefined();
  const build = builds.freeze('1', output);
  expect(builds.use('1')).toBe(build);
  expect(readdirSync(join(build, 'apps'))).toEqual(['taxi']);
});

test('the most recently used builds are kept', () => {
  const hashes = Array.from({ length: KEPT_BUILDS }, (_, number) => `build-${number}`);
  hashes.forEach((hash, number) => utimesSync(builds.freeze(hash, output), number, number));
  builds.use('build-0');
  builds.freeze('newest', output);
  expect(existsSync(join(output, 'builds', 'build-0'))).toBe(true);
  expect(existsSync(join(output, 'builds', 'build-1'))).toBe(false);
  expect(readdirSync(join(output, 'builds'))).toHaveLength(KEPT_BUILDS);
});
