import { expect, test } from 'vitest';
import type { VanishedPhone } from '#libs/contracts';
import { event, goodFacts, trip } from './good-facts.ts';
import { orphanClaims, orphanSlots, stuckTrips } from './orphans.ts';
import { redispatchTimesS } from './redispatch-times.ts';

const claim = (tripId: string, driverId = 'driver_x') => ({ tripId, driverId, kind: 'trip' });

function vanished(who: 'rider' | 'driver', tripId: string, more: Partial<VanishedPhone> = {}): VanishedPhone {
  const phone = { who, state: 'accepted', trip_id: tripId, driver_id: 'driver_x', at_ms: 1_000, ...more };
  return phone as VanishedPhone;
}

test('a claim on a trip that has ended, does not exist, or is of a driver who is offline, is an orphan', () => {
  const facts = goodFacts();
  expect(orphanClaims({ ...facts, claims: [claim('trip_c')] })).toEqual([]);
  expect(orphanClaims({ ...facts, claims: [claim('trip_a')] })).toHaveLength(1);
  expect(orphanClaims({ ...facts, claims: [claim('trip_nowhere')] })).toHaveLength(1);
  expect(orphanClaims({ ...facts, claims: [claim('trip_c', 'driver_y')] })).toHaveLength(1);
});

test('a slot of a trip that has ended is an orphan, and an open trip needs one', () => {
  const facts = goodFacts();
  expect(orphanSlots(facts)).toEqual([]);
  expect(
    orphanSlots({ ...facts, slots: [...facts.slots, { riderId: 'rider_a', tripId: 'trip_a' }] }),
  ).toHaveLength(1);
  expect(orphanSlots({ ...facts, slots: [] })).toEqual([
    'trip_c of ' + facts.trips[2]!.riderId + ' is open and has no slot',
  ]);
});

test('a trip that a vanished driver still has, or whose vanished rider sees no end, is stuck', () => {
  const facts = goodFacts();
  const ride = trip('trip_d', 'in_progress', 5, { driverId: 'driver_x' });
  const [driver, rider] = [vanished('driver', 'trip_d'), vanished('rider', 'trip_c')];
  expect(stuckTrips({ ...facts, trips: [...facts.trips, ride] }, [driver])).toHaveLength(1);
  expect(stuckTrips(facts, [driver])).toEqual([]);
  expect(stuckTrips(facts, [rider])).toHaveLength(1);
  expect(stuckTrips(facts, [vanished('rider', 'trip_a')])).toEqual([]);
});

test('the time to another search counts from the phone that vanished on the way, if its silence ended that', () => {
  const lost = event('trip_d', 4, 'driver_lost', { driverId: 'driver_x', atMs: 92_000 });
  const canceled = event('trip_e', 4, 'rider_canceled', { driverId: 'driver_x', atMs: 20_000 });
  const gone = [vanished('driver', 'trip_d'), vanished('driver', 'trip_e'), vanished('rider', 'trip_d')];
  expect(redispatchTimesS([lost, canceled], gone)).toEqual([91]);
  expect(redispatchTimesS([lost], [vanished('driver', 'trip_d', { state: 'arrived' })])).toEqual([]);
});
