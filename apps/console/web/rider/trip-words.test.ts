import { expect, it } from 'vitest';
import type { RiderTrip } from '#sdk';
import { tripWords } from './trip-words.ts';

const NOW_MS = Date.parse('2026-01-01T12:00:00Z');

function tripOf(part: Partial<RiderTrip>): RiderTrip {
  return {
    requested_at: '2026-01-01T11:59:48Z',
    search_deadline_at: '2026-01-01T12:05:00Z',
    arrived_at: '2026-01-01T11:59:00Z',
    started_at: '2026-01-01T11:59:00Z',
    trip_s: 300,
    cancel_reason: null,
    fare: { amount_minor: 660, currency: 'USD' },
    ...part,
  } as RiderTrip;
}

it.each([
  ['processing', undefined, 'Looking for a driver', 'for 12 s, at most 5 min more'],
  ['accepted', NOW_MS + 40_000, 'Your driver is on the way', 'here in about 40 s'],
  ['accepted', NOW_MS - 1, 'Your driver is on the way', 'here any moment'],
  ['accepted', NOW_MS + 40_000, 'Your driver is on the way', 'here in about 40 s, 560 m away', 562],
  ['accepted', NOW_MS - 1, 'Your driver is on the way', 'late, still 560 m away', 562],
  ['accepted', NOW_MS - 1, 'Your driver is on the way', 'here any moment', 99],
  ['arrived', undefined, 'Your driver is here', 'waiting at the pickup for 60 s'],
  ['in_progress', undefined, 'You are riding', 'there in about 4 min'],
  ['rider_canceled', undefined, 'Ride canceled', 'you canceled it'],
] as const)(
  'a trip that is %s says so, with its time',
  (state, pickupAtMs, title, detail, leftM?: number) => {
    expect(tripWords(tripOf({ state }), NOW_MS, pickupAtMs, leftM)).toEqual({ title, detail });
  },
);
