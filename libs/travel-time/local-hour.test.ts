import { expect, test } from 'vitest';
import { isTimeZone, localHour } from './local-hour.ts';

test.each([
  ['America/New_York', '2026-07-01T12:30:00Z', 8],
  ['America/New_York', '2026-01-01T12:30:00Z', 7],
  ['America/New_York', '2026-03-08T06:59:59.999Z', 1],
  ['America/New_York', '2026-03-08T07:00:00Z', 3],
  ['America/New_York', '2026-11-01T05:59:59Z', 1],
  ['America/New_York', '2026-11-01T06:00:00Z', 1],
  ['America/New_York', '2026-11-01T07:00:00Z', 2],
  ['Europe/Lisbon', '2026-03-29T00:59:59Z', 0],
  ['Europe/Lisbon', '2026-03-29T01:00:00Z', 2],
  ['Europe/Lisbon', '2026-10-25T01:00:00Z', 1],
  ['Australia/Lord_Howe', '2026-04-04T14:59:00Z', 1],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 1],
  ['Asia/Kathmandu', '2026-03-01T00:14:00Z', 5],
  ['Asia/Kathmandu', '2026-03-01T00:15:00Z', 6],
  ['UTC', '1969-12-31T23:59:59Z', 23],
  ['-04:15', '2026-03-01T12:45:00Z', 8],
])('in %s, at %s it is %i o’clock', (zone, at, hour) => {
  expect(localHour(zone)(Date.parse(at))).toBe(hour);
  expect(localHour(zone)(Date.parse(at) + 0.25)).toBe(hour);
});

test('only time zones are time zones', () => {
  for (const name of ['Europe/Lisbon', 'UTC', '+05:30']) expect(isTimeZone(name)).toBe(true);
  for (const name of ['', 'Lisbon', 'EST5', '-14400', 'Europe/Atlantis'])
    expect(isTimeZone(name)).toBe(false);
});
