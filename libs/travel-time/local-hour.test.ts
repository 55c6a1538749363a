import { expect, test } from 'vitest';
import { isTimeZone, localHour, localHoursSince1970 } from './local-hour.ts';

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

test.each([
  ['UTC', '1970-01-01T00:00:00Z', 0],
  ['UTC', '1970-01-02T01:59:59.999Z', 25],
  ['America/New_York', '1970-01-01T05:00:00Z', 0],
  ['Asia/Kathmandu', '1970-01-01T18:30:00Z', 24],
])('in %s, at %s clocks have counted %i hours since 1970', (zone, at, hours) => {
  expect(localHoursSince1970(zone)(Date.parse(at))).toBe(hours);
});

test.each([
  // Monday, 08:00 by the clock, before and after both changes of the clocks.
  ['America/New_York', '2026-03-02T13:00:00Z', '2026-03-09T12:00:00Z'],
  ['America/New_York', '2026-10-26T12:00:00Z', '2026-11-02T13:00:00Z'],
  ['Australia/Lord_Howe', '2026-03-29T21:00:00Z', '2026-04-05T21:30:00Z'],
])('in %s the same hour of the week is 168 hours later, also when clocks change', (zone, one, next) => {
  const count = localHoursSince1970(zone);
  expect(count(Date.parse(next)) - count(Date.parse(one))).toBe(7 * 24);
});

test('the repeated hour of autumn counts once, the skipped one of spring is left out', () => {
  const count = localHoursSince1970('America/New_York');
  const steps = (from: string) =>
    [0, 1, 2]
      .map((hour) => count(Date.parse(from) + hour * 3_600_000))
      .map((hours, _, all) => hours - all[0]!);
  expect(steps('2026-11-01T05:00:00Z')).toEqual([0, 0, 1]);
  expect(steps('2026-03-08T06:00:00Z')).toEqual([0, 2, 3]);
});

test('only time zones are time zones', () => {
  for (const name of [
    'Europe/Lisbon',
    'europe/lisbon',
    'UTC',
    'Etc/GMT+5',
    'EST5EDT',
    '+05:30',
    '-04',
    '-0415',
  ])
    expect(isTimeZone(name)).toBe(true);
  for (const name of [
    '',
    'Lisbon',
    'EST5',
    '-14400',
    'Europe/Atlantis',
    'Z',
    '2026-03-01T12:00Z',
    '2026-03-01T12:00-05:00[America/New_York]',
  ])
    expect(isTimeZone(name)).toBe(false);
});
