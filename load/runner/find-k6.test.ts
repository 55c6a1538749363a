import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { findK6 } from './find-k6.ts';

const directory = temporaryDirectory('k6-test');
afterAll(() => directory.remove());

const PINNED = '/cache/k6';
const pinned = () => Promise.resolve(PINNED);

/** A program named k6 that prints a version line. */
function program(folder: string, line: string): { path: string; PATH: string } {
  const PATH = join(directory.path, folder);
  mkdirSync(PATH);
  const path = join(PATH, 'k6');
  writeFileSync(path, `#!/bin/sh\necho '${line}'\n`);
  chmodSync(path, 0o755);
  return { path, PATH };
}

test('a k6 on PATH is used from version 1.6 on, the first with k6/websockets', async () => {
  const { path, PATH } = program('new', 'k6 v1.6.0 (go1.25.6, linux/amd64)');
  expect(await findK6({ PATH }, pinned)).toBe(path);
});

test.each([
  ['old', 'k6 v1.1.0 (go1.24.4, linux/amd64)', 'is k6 1.1.0, and 1.6 or newer is needed'],
  ['other', 'some other program', 'is not k6'],
])('an %s one on PATH is skipped with the reason', async (folder, line, reason) => {
  const printed = vi.spyOn(console, 'error').mockReturnValue();
  const { PATH } = program(folder, line);
  expect(await findK6({ PATH }, pinned)).toBe(PINNED);
  expect(printed.mock.lastCall?.[0]).toContain(reason);
  printed.mockRestore();
});

test('an old k6 named in HAILGRID_K6 is refused', async () => {
  const { path } = program('named', 'k6 v1.5.0 (go1.25.4, linux/amd64)');
  await expect(findK6({ HAILGRID_K6: path }, pinned)).rejects.toThrow('1.6 or newer is needed');
});

test('a HAILGRID_K6 that names no program is refused', async () => {
  await expect(findK6({ HAILGRID_K6: join(directory.path, 'absent') }, pinned)).rejects.toThrow(
    'does not run',
  );
});
