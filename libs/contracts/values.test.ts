import { expect, test } from 'vitest';
import { h3Cell, typedText } from './values.ts';

test.each(['flat tyre', 'Straße 🚕', 'two\nlines'])('%j is accepted as typed text', (text) => {
  expect(typedText(40).parse(` ${text} `)).toBe(text);
});

test.each(['', '   ', 'a\0b', '\ud800', 'x\udc00y', 'x'.repeat(41)])(
  '%j is refused as typed text',
  (text) => {
    expect(typedText(40).safeParse(text).success).toBe(false);
  },
);

test('a cell is valid in H3 and at a resolution that has a key', () => {
  expect(h3Cell.safeParse('862a1072fffffff').success).toBe(true);
  expect(h3Cell.safeParse('8fffffffffffffff'.slice(0, 15)).success).toBe(false);
  expect(h3Cell.safeParse('8f2a1072b59ab21').success).toBe(false);
});
