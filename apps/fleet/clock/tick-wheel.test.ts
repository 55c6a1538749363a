import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { serviceClock } from './service-clock.ts';
import { TICK_MS, TickWheel } from './tick-wheel.ts';

test('service time runs at its speed from the origin', () => {
  let wallMs = 1_000_000;
  const clock = serviceClock(10, 999_000, () => wallMs);
  expect(clock.now()).toBe(999_000 + 10_000);
  wallMs += 50;
  expect(clock.now()).toBe(999_000 + 10_500);
  expect(serviceClock(1, 0, () => wallMs).now()).toBe(wallMs);
});

test('every job runs once, at most one tick after its time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -5_000, max: 60_000 }), { maxLength: 50 }),
      fc.constantFrom(1, 10, 100),
      (delays, speed) => {
        let wallMs = 0;
        const clock = serviceClock(speed, 0, () => wallMs);
        const wheel = new TickWheel(clock);
        const ranAtMs = delays.map(() => [] as number[]);
        for (const [index, delay] of delays.entries()) {
          wheel.at(delay, { run: (nowMs) => ranAtMs[index]!.push(nowMs) });
        }
        for (; clock.now() <= 61_000 + TICK_MS * speed; wallMs += TICK_MS) wheel.advance();
        for (const [index, delay] of delays.entries()) {
          const [ran] = ranAtMs[index]!;
          expect(ranAtMs[index]).toHaveLength(1);
          expect(ran).toBeGreaterThanOrEqual(delay);
          expect(ran! - Math.max(0, delay)).toBeLessThanOrEqual(TICK_MS * speed);
        }
      },
    ),
  );
});

test('after a pause all missed jobs run, in order of their ticks', () => {
  let wallMs = 0;
  const wheel = new TickWheel(serviceClock(1, 0, () => wallMs));
  const ran: string[] = [];
  wheel.at(900, { run: () => ran.push('late') });
  wheel.at(300, { run: (nowMs) => (ran.push('early'), wheel.at(nowMs, { run: () => ran.push('again') })) });
  wallMs = 10_000;
  wheel.advance();
  expect(ran).toEqual(['early', 'late', 'again']);
});
