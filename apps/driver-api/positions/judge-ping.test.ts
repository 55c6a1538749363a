import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boxContains, METERS_PER_DEGREE, parseBoundingBox, shortDistanceM } from '#libs/geo';
import {
  FORGET_POSITION_MS,
  GPS_NOISE_M,
  judgePing,
  MAX_PING_AGE_MS,
  MAX_PING_AHEAD_MS,
  MAX_SPEED_MPS,
  type PingContext,
} from './judge-ping.ts';

const AREA = parseBoundingBox('38.70,-9.16,38.745,-9.12');
const NOW_MS = 1_800_000_000_000;
const SESSION = 7;

interface TimedPing {
  session: number;
  seq: number;
  lat: number;
  lng: number;
  recordedAtMs: number;
}

const LAST: TimedPing = { session: SESSION, seq: 10, lat: 38.72, lng: -9.14, recordedAtMs: NOW_MS - 10_000 };
const NEXT: TimedPing = { ...LAST, seq: 11, recordedAtMs: NOW_MS - 5_000 };

function judge(ping: Partial<TimedPing>, context: Partial<PingContext> = {}) {
  const timed = { ...NEXT, ...ping };
  const whole = { session: SESSION, last: LAST, area: AREA, nowMs: NOW_MS, ...context };
  return judgePing(timed, timed.recordedAtMs, whole);
}

const north = (meters: number): number => LAST.lat + meters / METERS_PER_DEGREE;

test('a ping that continues from the last one is accepted, and so is a first one', () => {
  expect(judge({})).toBeUndefined();
  expect(judge({ seq: 1 }, { last: undefined })).toBeUndefined();
});

test.each([
  ['no session is open', {}, { session: null }, 'driver_offline'],
  ['a newer session is open', { session: SESSION - 1 }, {}, 'session_superseded'],
  ['a session that was never opened', { session: SESSION + 1 }, {}, 'invalid_request'],
  ['the same number again', { seq: 10 }, {}, 'position_duplicate'],
  ['a number below the last one', { seq: 9 }, {}, 'position_stale'],
  ['a time before the last one', { recordedAtMs: LAST.recordedAtMs - 1 }, {}, 'position_stale'],
  ['too old', { recordedAtMs: NOW_MS - MAX_PING_AGE_MS - 1 }, { last: undefined }, 'position_time_invalid'],
  ['ahead of time', { recordedAtMs: NOW_MS + MAX_PING_AHEAD_MS + 1 }, {}, 'position_time_invalid'],
  ['no time at all', { recordedAtMs: NaN }, {}, 'position_time_invalid'],
  ['elsewhere', { lat: 41.15, lng: -8.61 }, {}, 'outside_service_area'],
  ['nowhere', { lat: NaN }, {}, 'outside_service_area'],
  ['a jump across the city', { lat: north(2_000) }, {}, 'position_implausible'],
] as const)('%s', (_, ping, context, refusal) => {
  expect(judge(ping, context)).toBe(refusal);
});

test('pings exactly at the bounds are accepted', () => {
  expect(judge({ recordedAtMs: NOW_MS - MAX_PING_AGE_MS }, { last: undefined })).toBeUndefined();
  expect(judge({ recordedAtMs: NOW_MS + MAX_PING_AHEAD_MS })).toBeUndefined();
});

test('GPS noise is not a jump, and after a long silence any position is plausible', () => {
  expect(judge({ recordedAtMs: LAST.recordedAtMs, lat: north(GPS_NOISE_M - 1) })).toBeUndefined();
  expect(judge({ recordedAtMs: LAST.recordedAtMs, lat: north(GPS_NOISE_M + 1) })).toBe(
    'position_implausible',
  );
  const longAgo = { ...LAST, recordedAtMs: NOW_MS - FORGET_POSITION_MS - 1 };
  expect(judge({ recordedAtMs: NOW_MS, lat: 38.7, lng: -9.16 }, { last: longAgo })).toBeUndefined();
});

test('a new session starts new numbers at any position', () => {
  expect(judge({ session: 8, seq: 1, lat: 38.744 }, { session: 8 })).toBeUndefined();
});

describe('for any sequence of pings', () => {
  const pings = fc.record({
    session: fc.constantFrom(SESSION, SESSION + 1),
    seq: fc.integer({ min: 1, max: 30 }),
    lat: fc.double({ min: 38.69, max: 38.755, noNaN: true }),
    lng: fc.double({ min: -9.17, max: -9.11, noNaN: true }),
    recordedAtMs: fc.integer({ min: NOW_MS - 70_000, max: NOW_MS + 10_000 }),
  });

  /** The pings of a sequence that are accepted when judged in order. */
  function accepted(sequence: readonly TimedPing[]): TimedPing[] {
    const taken: TimedPing[] = [];
    for (const ping of sequence) {
      const last = taken.at(-1);
      const session = Math.max(last?.session ?? SESSION, ping.session);
      if (judgePing(ping, ping.recordedAtMs, { session, last, area: AREA, nowMs: NOW_MS }) === undefined)
        taken.push(ping);
    }
    return taken;
  }

  test('accepted pings are recent and inside the area', () => {
    fc.assert(
      fc.property(fc.array(pings, { maxLength: 40 }), (sequence) => {
        for (const ping of accepted(sequence)) {
          expect(boxContains(AREA, ping)).toBe(true);
          expect(NOW_MS - ping.recordedAtMs).toBeLessThanOrEqual(MAX_PING_AGE_MS);
          expect(ping.recordedAtMs - NOW_MS).toBeLessThanOrEqual(MAX_PING_AHEAD_MS);
        }
      }),
    );
  });

  test('within a session seq and time only rise, and no step is longer than a vehicle can drive', () => {
    fc.assert(
      fc.property(fc.array(pings, { maxLength: 40 }), (sequence) => {
        const taken = accepted(sequence);
        const steps = taken.slice(1).map((ping, index) => [taken[index]!, ping] as const);
        for (const [last, ping] of steps.filter(([from, to]) => from.session === to.session)) {
          const elapsedMs = ping.recordedAtMs - last.recordedAtMs;
          expect(ping.seq).toBeGreaterThan(last.seq);
          expect(elapsedMs).toBeGreaterThanOrEqual(0);
          const reachableM = GPS_NOISE_M + (MAX_SPEED_MPS * elapsedMs) / 1000;
          expect(shortDistanceM(last, ping)).toBeLessThanOrEqual(reachableM);
        }
      }),
    );
  });

  test('the same ping is never accepted twice', () => {
    fc.assert(
      fc.property(pings, (ping) => {
        const context = { session: ping.session, area: AREA, nowMs: NOW_MS };
        if (judgePing(ping, ping.recordedAtMs, { ...context, last: undefined }) !== undefined) return;
        expect(judgePing(ping, ping.recordedAtMs, { ...context, last: ping })).toBe('position_duplicate');
      }),
    );
  });
});
