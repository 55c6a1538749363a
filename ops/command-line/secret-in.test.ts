import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { secretIn } from './secret-in.ts';

const directory = temporaryDirectory('secret-in');
const file = join(directory.path, 'secret');
const empty = join(directory.path, 'empty');
writeFileSync(file, 'hush\n');
writeFileSync(empty, '\n');
afterAll(() => directory.remove());

test.each([
  ['neither', {}, undefined],
  ['the variable', { KEY: 'loud' }, 'loud'],
  ['the file, without its last line break', { KEY_FILE: file }, 'hush'],
  ['an empty variable beside the file', { KEY: '', KEY_FILE: file }, 'hush'],
])('%s', (_, environment, secret) => {
  expect(secretIn(environment, 'KEY')).toBe(secret);
});

test.each([
  ['both', { KEY: 'loud', KEY_FILE: file }, 'set KEY or KEY_FILE, not both'],
  ['a file that is not there', { KEY_FILE: join(directory.path, 'nothing') }, 'KEY_FILE: cannot read it'],
  ['an empty file', { KEY_FILE: empty }, 'KEY_FILE: the file is empty'],
])('%s is refused, without the secret', (_, environment, message) => {
  const read = (): unknown => secretIn(environment, 'KEY');
  expect(read).toThrow(message);
  expect(read).not.toThrow(/hush|loud/);
});
