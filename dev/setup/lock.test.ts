import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { withLock } from './lock.mjs';

const directory = temporaryDirectory('lock-test');
afterAll(() => directory.remove());

test('the work of two holders never overlaps', async () => {
  const file = join(directory.path, 'turns.lock');
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(5);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 5 }, () => withLock(file, work)));
  expect(most).toBe(1);
  expect(existsSync(file)).toBe(false);
});

test('exactly one of many waiting processes takes over the lock of a dead process', async () => {
  const file = join(directory.path, 'stale.lock');
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(file, String(pid));
  const owners: string[] = [];
  await Promise.all(
    Array.from({ length: 5 }, () => withLock(file, () => owners.push(readFileSync(file, 'utf8')))),
  );
  expect(owners).toEqual(Array.from({ length: 5 }, () => String(process.pid)));
});

test('is released when the work fails', async () => {
  const file = join(directory.path, 'failed.lock');
  await expect(withLock(file, () => Promise.reject(new Error('no luck')))).rejects.toThrow('no luck');
  expect(existsSync(file)).toBe(false);
});
