import { expect, test } from 'vitest';
import type { Match } from '#libs/dispatch';
import { MAX_PENDING_ASKS, PendingAsks, type AskedTrip } from './pending-asks.ts';

const FOLLOW_UPS: Match[] = [
  { tripId: 'trip_next', driverId: 'driver_freed', pickupInS: 60, replaces: undefined },
];

function pending(): PendingAsks {
  const asks = new PendingAsks();
  asks.remember('trip_asked', { driverId: 'driver_near', followUps: FOLLOW_UPS });
  return asks;
}

const now = (trip: AskedTrip | undefined) => () => trip;

test('follow-up trips are reserved until the asked driver answers', () => {
  const asks = pending();
  expect(asks.takeAnswered(now({ offered: true, driverId: 'driver_freed' }))).toEqual([]);
  expect(asks.concerns('trip_asked')).toBe(true);
  expect(asks.heldTrips()).toEqual(new Set(['trip_next']));
});

test('an acceptance triggers its follow-ups once', () => {
  const asks = pending();
  const accepted = now({ offered: false, driverId: 'driver_near' });
  expect(asks.takeAnswered(accepted)).toEqual([FOLLOW_UPS]);
  expect(asks.takeAnswered(accepted)).toEqual([]);
  expect(asks.heldTrips()).toEqual(new Set());
});

test.each([
  ['a no, or an expiry', { offered: false, driverId: 'driver_freed' as const }],
  ['the end of the trip', undefined],
])('%s lets go of what was to follow', (_, trip) => {
  const asks = pending();
  expect(asks.takeAnswered(now(trip))).toEqual([]);
  expect(asks.concerns('trip_asked')).toBe(false);
});

test('asks without follow-ups, and those beyond the bound, are not remembered', () => {
  const asks = new PendingAsks();
  asks.remember('trip_plain', { driverId: 'driver_near', followUps: [] });
  expect(asks.concerns('trip_plain')).toBe(false);
  for (let number = 0; number <= MAX_PENDING_ASKS; number++)
    asks.remember(`trip_${number}`, { driverId: 'driver_near', followUps: FOLLOW_UPS });
  expect(asks.concerns(`trip_${MAX_PENDING_ASKS - 1}`)).toBe(true);
  expect(asks.concerns(`trip_${MAX_PENDING_ASKS}`)).toBe(false);
});
