import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_RETRY_AFTER_MS, meaningOf, retryAfterMs } from './read-answer.ts';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');

test('each status means what its specification says', () => {
  const statuses = Array.from({ length: 500 }, (_, index) => index + 100);
  const of = (meaning: string): number[] => statuses.filter((status) => meaningOf(status, false) === meaning);
  expect(of('delivered')).toEqual(statuses.filter((status) => status >= 200 && status < 300));
  expect(of('gone')).toEqual([410]);
  const temporary = [408, 409, 421, 423, 424, 425, 429];
  expect(of('later').filter((status) => status >= 300 && status < 500)).toEqual(temporary);
  const incapable = [501, 505, 506, 510];
  expect(of('refused')).toEqual([
    ...statuses.filter(
      (status) => status >= 300 && status < 500 && status !== 410 && !temporary.includes(status),
    ),
    ...incapable,
  ]);
});

test('a body that is too large for now is sent again', () => {
  expect(meaningOf(413, true)).toBe('later');
  expect(meaningOf(404, true)).toBe('refused');
});

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Sun, 01 Mar 2026 12:02:00 GMT', 120_000],
  ['Sunday, 01-Mar-26 12:02:00 GMT', 120_000],
  ['Sun Mar  1 12:02:00 2026', 120_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['Fri, 01 Mar 2030 12:00:00 GMT', MAX_RETRY_AFTER_MS],
  ['99999999999999999999999', MAX_RETRY_AFTER_MS],
])('Retry-After: %s', (value, ms) => {
  expect(retryAfterMs(value, NOW_MS)).toBe(ms);
});

test.each([
  undefined,
  '',
  'soon',
  '-5',
  '1.5',
  '1e3',
  '2026-03-01T12:02:00Z',
  'Sun, 99 Foo 2026 12:02:00 GMT',
])('Retry-After: %s asks for nothing', (value) => {
  expect(retryAfterMs(value, NOW_MS)).toBeUndefined();
});

test('whatever an endpoint sends, the pause is within its bound', () => {
  const value = fc.oneof(
    fc.string(),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  fc.assert(
    fc.property(value, (text) => {
      const ms = retryAfterMs(text, NOW_MS) ?? 0;
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThanOrEqual(MAX_RETRY_AFTER_MS);
    }),
  );
});
