import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { measureClock, type PhoneClock } from './phone-clock.ts';

const NOW_MS = 1_800_000_000_000;

/** The clock as measured by positions that took these times to arrive, 2 s apart. */
function measured(offsetMs: number, delaysMs: readonly number[], known?: PhoneClock): PhoneClock | undefined {
  let clock = known;
  for (const [index, delayMs] of delaysMs.entries()) {
    const sentMs = NOW_MS + index * 2_000;
    clock = measureClock(clock, sentMs + offsetMs, sentMs + delayMs);
  }
  return clock;
}

test('the offset is that of the position which arrived fastest, and no time lies in the future', () => {
  const delays = fc.array(fc.nat(30_000), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: -86_400_000, max: 86_400_000 }), delays, (offsetMs, delaysMs) => {
      expect(measured(offsetMs, delaysMs)?.offsetMs).toBe(offsetMs - Math.min(...delaysMs));
    }),
  );
});

test('a clock that is set is measured again', () => {
  const ahead = measured(3_600_000, [20]);
  expect(measured(0, [50], ahead)?.offsetMs).toBe(-50);
  const behind = measured(-3_600_000, [20]);
  expect(measured(0, [50], behind)?.offsetMs).toBe(-50);
});
