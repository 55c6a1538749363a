import { expect, test } from 'vitest';
import { h3Cell } from './values.ts';

test('a cell is valid in H3 and at a resolution that has a key', () => {
  expect(h3Cell.safeParse('862a1072fffffff').success).toBe(true);
  expect(h3Cell.safeParse('8fffffffffffffff'.slice(0, 15)).success).toBe(false);
  expect(h3Cell.safeParse('8f2a1072b59ab21').success).toBe(false);
});
