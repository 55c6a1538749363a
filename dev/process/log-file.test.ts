import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { boundLog, followLines, lastLines } from './log-file.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory('log-test');
afterAll(() => directory.remove());
const path = (name: string) => join(directory.path, name);

test('returns the last lines of a file, and none of a missing file', () => {
  writeFileSync(path('some'), 'one\ntwo\n\nthree\n');
  expect(lastLines(path('some'), 2)).toEqual(['two', 'three']);
  expect(lastLines(path('none'), 2)).toEqual([]);
});

test('follows whole lines from the end of the file, also after a truncation', () => {
  writeFileSync(path('growing'), 'before\n');
  const newLines = followLines(path('growing'));
  appendFileSync(path('growing'), 'half');
  expect(newLines()).toEqual([]);
  appendFileSync(path('growing'), ' and whole\nnext\n');
  expect(newLines()).toEqual(['half and whole', 'next']);
  boundLog(path('growing'), 5);
  expect(newLines()).toEqual([]);
  appendFileSync(path('growing'), 'anew\n');
  expect(newLines()).toEqual(['anew']);
});

test('moves only a log beyond its bound aside', () => {
  writeFileSync(path('bound'), '12345');
  boundLog(path('bound'), 5);
  expect(existsSync(path('bound.1'))).toBe(false);
  boundLog(path('bound'), 4);
  expect(readFileSync(path('bound'), 'utf8')).toBe('');
  expect(readFileSync(path('bound.1'), 'utf8')).toBe('12345');
});
