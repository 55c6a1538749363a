import { expect, test } from 'vitest';
import { invariantsIn } from './invariants.ts';
import { readText } from './markdown.ts';

const MAX_BYTES = 15 * 1024;
const INVARIANTS = invariantsIn(readText('ARCHITECTURE.md'));

test('ARCHITECTURE.md has at most 15 KiB', () => {
  expect(Buffer.byteLength(readText('ARCHITECTURE.md'))).toBeLessThanOrEqual(MAX_BYTES);
});

test('the invariants are numbered without a gap', () => {
  expect(INVARIANTS.length).toBeGreaterThanOrEqual(18);
  expect(INVARIANTS.map(({ id }) => id)).toEqual(INVARIANTS.map((_, index) => `I${index + 1}`));
});

test.each(INVARIANTS)('$id names code that exists', ({ code }) => {
  expect(code).not.toEqual([]);
  for (const { path, names } of code)
    for (const name of names) expect(readText(path), path).toMatch(new RegExp(`\\b${name}\\b`));
});

test.each(INVARIANTS)('$id names tests that exist', ({ tests }) => {
  expect(tests).not.toEqual([]);
  for (const { path, names } of tests) {
    expect(path).toMatch(/\.test\.ts$/);
    for (const name of names) expect(quotedIn(readText(path)), path).toContain(name);
  }
});

/** The string literals of a source text. */
function quotedIn(source: string): string[] {
  return [...source.matchAll(/(['"`])((?:(?!\1)[^\n])+)\1/g)].map(([, , text]) => text!);
}
