import { expect, test } from 'vitest';
import type { Match, OpenTrip } from '#libs/dispatch';
import type { DriverId, TripId } from '#libs/trip';
import { driverMoves } from './swap-committer.ts';

const OWN = '86393362fffffff';
const LOST = '86393367fffffff';
const claims = new Map([[OWN, { shard: OWN, epoch: 7, owner: 'matcher-1' }]]);

function match(tripId: TripId, driverId: DriverId, replaces?: DriverId): Match {
  return { tripId, driverId, replaces, pickupInS: 60 };
}

/** All trips are in the own shard, except the given ones. */
function demand(lost: readonly TripId[] = []) {
  return {
    get: (tripId: TripId) => ({ tripId, shard: lost.includes(tripId) ? LOST : OWN }) as OpenTrip,
  };
}

const ring = [match('trip_1', 'driver_b', 'driver_a'), match('trip_2', 'driver_a', 'driver_b')];

test('drivers who swap leave the trips where they are replaced, under the epochs of the shards', () => {
  expect(driverMoves(ring, demand(), claims)).toMatchObject([
    {
      trip_id: 'trip_1',
      driver_id: 'driver_b',
      replaces_driver_id: 'driver_a',
      from_trip_id: 'trip_2',
      epoch: 7,
    },
    {
      trip_id: 'trip_2',
      driver_id: 'driver_a',
      replaces_driver_id: 'driver_b',
      from_trip_id: 'trip_1',
      epoch: 7,
    },
  ]);
});

test('a freed driver leaves no trip, and each later one leaves the trip where it is replaced', () => {
  const path = [match('trip_1', 'driver_freed', 'driver_a'), match('trip_2', 'driver_a')];
  expect(driverMoves(path, demand(), claims, 'driver_freed')).toMatchObject([
    { driver_id: 'driver_freed', from_trip_id: null, replaces_driver_id: 'driver_a' },
    { driver_id: 'driver_a', from_trip_id: 'trip_1', replaces_driver_id: null },
  ]);
});

test('no driver moves if one of the shards is no longer owned', () => {
  expect(driverMoves(ring, demand(['trip_2']), claims)).toBeUndefined();
});
