import { expect, test } from 'vitest';
import { PositionLog } from './position-log.ts';

test('a read is as stale as the last moment at which the primary was at that position', () => {
  const log = new PositionLog();
  log.note(1, 100, 1_000);
  log.note(1, 100, 2_000);
  log.note(1, 300, 3_000);
  expect(log.stalenessMs(100, 3_500)).toBe(1_500);
  expect(log.stalenessMs(299, 3_500)).toBe(1_500);
  expect(log.stalenessMs(300, 3_500)).toBe(500);
});

test('the staleness of a standby behind the oldest entry is unknown', () => {
  const log = new PositionLog();
  expect(log.stalenessMs(100, 0)).toBe(Infinity);
  for (let index = 0; index < 1_000; index += 1) log.note(1, 1_000 + index, index * 1_000);
  expect(log.stalenessMs(1_500, 1_000_000)).toBe(Infinity);
  expect(log.stalenessMs(1_999, 1_000_000)).toBe(1_000);
});

test('positions of an older timeline do not count, even if they come late', () => {
  const log = new PositionLog();
  log.note(1, 500, 1_000);
  log.note(2, 700, 2_000);
  expect(log.stalenessMs(600, 2_000)).toBe(Infinity);
  log.note(1, 600, 3_000);
  expect(log.stalenessMs(600, 3_000)).toBe(Infinity);
});
