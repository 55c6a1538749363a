import { expect, test } from 'vitest';
import { lsnOf } from './read-database.ts';

test('positions in the write-ahead log are ordered as in Postgres', () => {
  expect(lsnOf('0/16B3748')).toBe(0x16b3748n);
  expect(lsnOf('1/0')).toBeGreaterThan(lsnOf('0/FFFFFFFF'));
  expect(lsnOf('A/1')).toBeGreaterThan(lsnOf('9/FFFF'));
});
