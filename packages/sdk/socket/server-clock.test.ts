import { expect, test } from 'vitest';
import { ServerClock } from './server-clock.ts';

const at = (ms: number): string => new Date(ms).toISOString();

test('of the newest frames the one that came fastest tells the time', () => {
  let nowMs = 1_000;
  const clock = new ServerClock(() => nowMs);
  expect([clock.now(), clock.offsetMs]).toEqual([1_000, 0]);
  clock.hear(at(5_000));
  nowMs = 2_000;
  clock.hear(at(5_400));
  expect([clock.now(), clock.offsetMs]).toEqual([6_000, 4_000]);
  for (let frame = 0; frame < 8; frame++) clock.hear(at(1_000));
  expect(clock.now()).toBe(1_000);
});

test('between frames the clock of a compressed city runs at its own rate', () => {
  let nowMs = 1_000;
  const clock = new ServerClock(() => nowMs, 60);
  expect(clock.now()).toBe(1_000);
  clock.hear(at(500_000));
  nowMs = 2_000;
  expect([clock.now(), clock.offsetMs]).toEqual([560_000, 558_000]);
  clock.hear(at(560_000));
  nowMs = 2_500;
  expect(clock.now()).toBe(590_000);
});
