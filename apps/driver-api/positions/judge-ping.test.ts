import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boxContains, METERS_PER_DEGREE, parseBoundingBox, shortDistanceM, type Point } from '#libs/geo';
import { FUZZ_CASES, FUZZ_TIMEOUT_MS } from '../../../dev/test-world/fuzz.ts';
import { MAX_CLOCK_OFFSET_MS } from '../presence/phone-clock.ts';
import { judgePing, type PingContext, type PingRefusal } from './judge-ping.ts';
import {
  FORGET_POSITION_MS,
  GPS_NOISE_M,
  lastSeqOf,
  MAX_SPEED_MPS,
  POSITIONS_TO_CORRECT,
  stepTrack,
  type Track,
} from './track.ts';

const AREA = parseBoundingBox('38.0,-10.0,39.5,-8.0');
const NOW_MS = 1_800_000_000_000;
const SESSION = 7;
const HOME = { lat: 38.72, lng: -9.14 };

interface TimedPing extends Point {
  session: number;
  seq: number;
  recordedAtMs: number;
}

const LAST: TimedPing = { ...HOME, session: SESSION, seq: 10, recordedAtMs: NOW_MS - 5_000 };
const NEXT: TimedPing = { ...LAST, seq: 11, recordedAtMs: NOW_MS };
/** A driver who stands at home and was heard 5 s ago. */
const { track: STANDING } = stepTrack(undefined, { ...LAST, heardAtMs: NOW_MS - 5_000 });

function judge(ping: Partial<TimedPing>, context: Partial<PingContext> = {}): PingRefusal | undefined {
  const timed = { ...NEXT, ...ping };
  const whole = { session: SESSION, lastSeq: LAST.seq, track: STANDING, area: AREA, nowMs: NOW_MS };
  return judgePing(timed, timed.recordedAtMs, { ...whole, ...context }).refusal;
}

const north = (meters: number, { lat, lng }: Point = HOME): Point => ({
  lat: lat + meters / METERS_PER_DEGREE,
  lng,
});

test('a ping that continues from the last one is accepted, and so is a first one', () => {
  expect(judge({})).toBeUndefined();
  expect(judge({ seq: 1 }, { lastSeq: undefined, track: undefined })).toBeUndefined();
});

test.each<[string, Partial<TimedPing>, Partial<PingContext>, PingRefusal]>([
  ['no session is open', {}, { session: null }, 'driver_offline'],
  ['a newer session is open', { session: SESSION - 1 }, {}, 'session_superseded'],
  ['a session that was never opened', { session: SESSION + 1 }, {}, 'invalid_request'],
  ['the same number again', { seq: 10 }, {}, 'position_duplicate'],
  ['a number below the last one', { seq: 9 }, {}, 'position_stale'],
  ['over a day late', { recordedAtMs: NOW_MS - MAX_CLOCK_OFFSET_MS - 1 }, {}, 'clock_offset_too_large'],
  ['over a day early', { recordedAtMs: NOW_MS + MAX_CLOCK_OFFSET_MS + 1 }, {}, 'clock_offset_too_large'],
  ['no time at all', { recordedAtMs: NaN }, {}, 'clock_offset_too_large'],
  ['elsewhere', { lat: 41.15, lng: -8.61 }, {}, 'outside_service_area'],
  ['nowhere', { lat: NaN }, {}, 'outside_service_area'],
  ['a jump across the city', north(2_000), {}, 'position_implausible'],
])('%s', (_, ping, context, refusal) => {
  expect(judge(ping, context)).toBe(refusal);
});

test.each([-MAX_CLOCK_OFFSET_MS, -3_600_000, -70_000, 70_000, 3_600_000, MAX_CLOCK_OFFSET_MS])(
  'a clock off by %d ms is accepted, also if it was set since the last ping',
  (offsetMs) => {
    expect(judge({ recordedAtMs: NOW_MS + offsetMs })).toBeUndefined();
  },
);

test('a clock that jumps back within a session, by an hour or nearly a day, loses no position', () => {
  for (const jumpMs of [-3_600_000, 1 - MAX_CLOCK_OFFSET_MS, MAX_CLOCK_OFFSET_MS]) {
    let track: Track | undefined = STANDING;
    let lastSeq = LAST.seq;
    for (let step = 1; step <= 20; step++) {
      const nowMs = NOW_MS + step * 2_000;
      const at = north(20 * step);
      const ping = { ...at, session: SESSION, seq: LAST.seq + step };
      const told = step < 5 ? nowMs : nowMs + jumpMs;
      const judged = judgePing(ping, told, { session: SESSION, lastSeq, track, area: AREA, nowMs });
      expect(judged.refusal).toBeUndefined();
      ({ track } = judged);
      lastSeq = ping.seq;
    }
  }
});

test('the last number that a session may have is taken, and no lower one after it', () => {
  const last = 0xffff_ffff;
  expect(judge({ seq: last })).toBeUndefined();
  expect(judge({ seq: 1 }, { lastSeq: last })).toBe('position_stale');
  expect(judge({ seq: last }, { lastSeq: last })).toBe('position_duplicate');
});

test('GPS noise is not a jump, and after a long silence any position is plausible', () => {
  const atOnce = { nowMs: NOW_MS - 5_000 };
  expect(judge(north(GPS_NOISE_M - 1), atOnce)).toBeUndefined();
  expect(judge(north(GPS_NOISE_M + 1), atOnce)).toBe('position_implausible');
  const later = { nowMs: NOW_MS + FORGET_POSITION_MS };
  expect(judge({ ...north(50_000), recordedAtMs: later.nowMs }, later)).toBeUndefined();
});

test('a new session starts new numbers, but its driver has not moved faster for that', () => {
  const session = { session: 8, lastSeq: undefined };
  expect(judge({ session: 8, seq: 1 }, session)).toBeUndefined();
  expect(judge({ session: 8, seq: 1, ...north(3_400) }, session)).toBe('position_implausible');
});

/** A driver-api's view of one driver, fed with pings as they arrive. */
class Judge {
  track: Track | undefined;
  session = SESSION;
  seq = 0;

  /** Whether the position is accepted. */
  take(at: Point, recordedAtMs: number, nowMs: number): boolean {
    this.seq += 1;
    const ping = { ...at, session: this.session, seq: this.seq };
    const lastSeq = lastSeqOf(this.track, this.session);
    const { session, track } = this;
    const judged = judgePing(ping, recordedAtMs, { session, lastSeq, track, area: AREA, nowMs });
    this.track = judged.track;
    return judged.refusal === undefined;
  }

  get believed(): Point {
    return this.track?.believed.fix ?? HOME;
  }
}

describe('a bad first fix and a spoofer', () => {
  test.each([5_000, 10_000, 20_000])('a first fix %d m off is outvoted by three positions', (errorM) => {
    const driver = new Judge();
    expect(driver.take(north(errorM), NOW_MS, NOW_MS)).toBe(true);
    const accepted = [2, 4, 6, 8].map((s) => driver.take(HOME, NOW_MS + s * 1000, NOW_MS + s * 1000));
    expect(accepted).toEqual([false, false, true, true]);
  });

  test('three positions in a burst are one piece of evidence', () => {
    const driver = new Judge();
    driver.take(HOME, NOW_MS, NOW_MS);
    const burst = Array.from({ length: 24 }, (_, index) =>
      driver.take(north(5_000 + index), NOW_MS + index * 2_000, NOW_MS + 10),
    );
    expect(burst).not.toContain(true);
  });

  test('the same position three times is one', () => {
    const driver = new Judge();
    driver.take(HOME, NOW_MS, NOW_MS);
    driver.seq = 40;
    for (let second = 1; second < 9; second += 1) {
      driver.seq = 40;
      expect(driver.take(north(9_000), NOW_MS + 1_000, NOW_MS + second * 1_000)).toBe(false);
    }
  });

  test('a track is corrected no more often than silence would let it jump', () => {
    const driver = new Judge();
    const jumps: number[] = [];
    for (let second = 0; second < 600; second += 1) {
      const before = driver.believed;
      // A new place 15 km away every minute.
      const at = north((Math.floor(second / 60) % 2) * 15_000);
      driver.take(at, NOW_MS + second * 1_000, NOW_MS + second * 1_000);
      if (shortDistanceM(before, driver.believed) > 10_000) jumps.push(second);
    }
    expect(jumps.length).toBeGreaterThan(0);
    expect(jumps.slice(1).every((second, index) => second - jumps[index]! >= 300)).toBe(true);
  });

  test('positions collected in a tunnel and sent at once are all accepted', () => {
    const driver = new Judge();
    driver.take(HOME, NOW_MS, NOW_MS);
    const sentMs = NOW_MS + 60_000;
    const collected = Array.from({ length: 30 }, (_, index) => (index + 1) * 2);
    const accepted = collected.map((s) => driver.take(north(30 * s), NOW_MS + s * 1_000, sentMs));
    expect(accepted).not.toContain(false);
  });

  /** Anything that a spoofer can put into a ping, and the time until the next one. */
  const spoofed = fc.record({
    northM: fc.integer({ min: -60_000, max: 60_000 }).map((m) => m / 10),
    told: fc.integer({ min: -80_000_000, max: 80_000_000 }),
    waitMs: fc.nat(40),
    again: fc.boolean(),
  });
  const drive = fc.record({
    errorM: fc.integer({ min: 200, max: 20_000 }),
    clockMs: fc.integer({ min: -80_000_000, max: 80_000_000 }),
    speedMps: fc.integer({ min: 0, max: 30 }),
    intervalMs: fc.integer({ min: 1_500, max: 10_000 }),
    delaysMs: fc.array(fc.nat(400), { minLength: 30, maxLength: 30 }),
  });

  test('the honest phone is believed after three positions; a burst moves no farther than its budget', () => {
    fc.assert(
      fc.property(drive, fc.array(spoofed, { maxLength: 24 }), (honest, burst) => {
        const driver = new Judge();
        const { intervalMs, clockMs } = honest;
        const truth = (step: number): Point => north((honest.speedMps * step * intervalMs) / 1000);
        const send = (step: number, fromMs = NOW_MS): boolean => {
          const recordedMs = fromMs + step * intervalMs;
          return driver.take(truth(step), recordedMs + clockMs, recordedMs + honest.delaysMs[step]!);
        };
        driver.take(north(honest.errorM), NOW_MS + clockMs, NOW_MS);
        const first = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((step) => send(step));
        expect(first.slice(POSITIONS_TO_CORRECT - 1)).not.toContain(false);

        const before = driver.believed;
        const unusedMs = driver.track!.believed.unusedMs;
        const startMs = driver.track!.believed.fix.heardAtMs;
        let nowMs = startMs;
        for (const { northM, told, waitMs, again } of burst) {
          if (again) driver.session += 1;
          nowMs += waitMs;
          driver.take(north(northM, before), NOW_MS + told, nowMs);
          const budgetM = GPS_NOISE_M + (MAX_SPEED_MPS * (nowMs - startMs + unusedMs)) / 1000;
          expect(shortDistanceM(before, driver.believed)).toBeLessThanOrEqual(budgetM + 1e-6);
        }

        const after = [11, 12, 13, 14, 15, 16, 17, 18].map((step) => send(step));
        expect(after.at(-1)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('for any sequence of pings', () => {
  const pings = fc.record({
    session: fc.constantFrom(SESSION, SESSION + 1),
    seq: fc.integer({ min: 1, max: 30 }),
    lat: fc.double({ min: 37.9, max: 39.6, noNaN: true }),
    lng: fc.double({ min: -9.2, max: -9.1, noNaN: true }),
    recordedAtMs: fc.integer({ min: NOW_MS - 70_000, max: NOW_MS + 10_000 }),
    waitMs: fc.nat(20_000),
  });

  test(
    'accepted ones are inside the area, and within a session their numbers only rise',
    () => {
      fc.assert(
        fc.property(fc.array(pings, { maxLength: 40 }), (sequence) => {
          let [track, nowMs, open]: [Track | undefined, number, number] = [undefined, NOW_MS, SESSION];
          for (const ping of sequence) {
            nowMs += ping.waitMs;
            open = Math.max(open, ping.session);
            const lastSeq = lastSeqOf(track, open);
            const context = { session: open, lastSeq, track, area: AREA, nowMs };
            const judged = judgePing(ping, ping.recordedAtMs, context);
            track = judged.track;
            const isFit = boxContains(AREA, ping) && ping.session === open && ping.seq > (lastSeq ?? 0);
            expect(judged.refusal !== undefined || isFit).toBe(true);
          }
        }),
        { numRuns: FUZZ_CASES },
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});
