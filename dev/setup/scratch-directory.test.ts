import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { withScratchDirectory } from './scratch-directory.mjs';

const directory = temporaryDirectory('scratch-test');
afterAll(() => directory.remove());

let cache: string;
let target: string;
let number = 0;
beforeEach(() => {
  cache = join(directory.path, String((number += 1)));
  target = join(cache, 'tool-1.2');
  mkdirSync(cache);
});

/** A process that works in a scratch directory of the target and never finishes. */
async function unfinished() {
  const module = new URL('scratch-directory.mjs', import.meta.url).href;
  const work = `(scratch) => new Promise(() => { console.log(scratch); setInterval(() => {}, 1000); })`;
  const code = `import { withScratchDirectory } from '${module}'; await withScratchDirectory(process.argv[1], ${work});`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code, target]);
  await once(child.stdout, 'data');
  return child;
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s leaves no scratch directory', async (signal) => {
  const child = await unfinished();
  expect(readdirSync(cache)).toHaveLength(1);
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([null, signal]);
  expect(readdirSync(cache)).toEqual([]);
});

test('the next process removes the scratch directory of a killed one, and nothing else', async () => {
  const child = await unfinished();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(readdirSync(cache)).toHaveLength(1);
  for (const other of ['tool-1.2-beta.1', 'tool-1.2.lock', 'tool-1', 'tool-1.3-abcdef'])
    writeFileSync(join(cache, other), '');
  const during = await withScratchDirectory(target, () => readdirSync(cache));
  expect(during).toHaveLength(5);
  expect(readdirSync(cache).toSorted()).toEqual([
    'tool-1',
    'tool-1.2-beta.1',
    'tool-1.2.lock',
    'tool-1.3-abcdef',
  ]);
});

test('a failure leaves no scratch directory', async () => {
  await expect(withScratchDirectory(target, () => Promise.reject(new Error('no luck')))).rejects.toThrow(
    'no luck',
  );
  expect(readdirSync(cache)).toEqual([]);
});
