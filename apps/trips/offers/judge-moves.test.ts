import { describe, expect, test } from 'vitest';
import { newId, type DriverMove } from '#libs/contracts';
import type { ClaimRow, DriverRow } from '#libs/store';
import { evolve, type Trip, type TripEvent } from '#libs/trip';
import { tripRequest } from '../../../dev/fixtures/trip-request.ts';
import { judgeMoves, type LockedMoves } from './judge-moves.ts';

const SHARD = '86393362fffffff';
const NOW_MS = 1_000;
const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };

const waitingTrip = (): Trip => evolve(null, { type: 'requested', atMs: 0, request: tripRequest({}) });

function tripOf({ driverId }: DriverRow): Trip {
  const accepted: TripEvent = {
    type: 'accepted',
    atMs: 1,
    driver: { driverId, vehicle: VEHICLE, pickupEtaS: 90 },
  };
  return evolve(waitingTrip(), accepted);
}

function driverOf(change: Partial<DriverRow> = {}): DriverRow {
  const driverId = newId('driver');
  return { driverId, session: 1, online: true, product: 'standard', vehicle: VEHICLE, version: 4, ...change };
}

function moveOf(
  trip: Trip,
  driver: DriverRow,
  from: Trip | null,
  change: Partial<DriverMove> = {},
): DriverMove {
  return {
    trip_id: trip.tripId,
    driver_id: driver.driverId,
    replaces_driver_id: trip.driver?.driverId ?? null,
    from_trip_id: from?.tripId ?? null,
    shard: SHARD,
    epoch: 3,
    pickup_eta_s: 60,
    ...change,
  };
}

/** By default each trip's driver has the claim of that trip. */
function lockedOf(trips: Trip[], drivers: DriverRow[], claims?: ClaimRow[]): LockedMoves {
  const held = trips.flatMap(({ tripId, driver }): ClaimRow[] =>
    driver === null
      ? []
      : [
          {
            driverId: driver.driverId,
            place: 0,
            tripId: tripId,
            kind: 'trip',
            offerId: newId('offer'),
          },
        ],
  );
  return {
    shards: new Map([[SHARD, { epoch: 3, owner: 'matcher-1' }]]),
    trips: new Map(trips.map((trip) => [trip.tripId, trip])),
    drivers: new Map(drivers.map((driver) => [driver.driverId, driver])),
    claims: claims ?? held,
  };
}

const verdict = (sets: DriverMove[][], locked: LockedMoves): string[] =>
  judgeMoves('matcher-1', sets, locked, NOW_MS).map((judgement) =>
    judgement.verdict === 'admissible' ? 'admissible' : judgement.reason,
  );

const [a, b, free] = [driverOf(), driverOf(), driverOf()];
const [tripA, tripB, open] = [tripOf(a), tripOf(b), waitingTrip()];
const locked = lockedOf([tripA, tripB, open], [a, b, free]);

describe('a set of moves', () => {
  test('that exchanges two drivers is admissible, with the events of both trips', () => {
    const ring = [moveOf(tripA, b, tripB), moveOf(tripB, a, tripA)];
    const [judgement] = judgeMoves('matcher-1', [ring], locked, NOW_MS);
    expect(judgement).toMatchObject({
      verdict: 'admissible',
      moves: [
        { events: [{ type: 'driver_swapped', freedDriverId: a.driverId, asked: false }] },
        { events: [{ type: 'driver_swapped', freedDriverId: b.driverId, asked: false }] },
      ],
    });
  });

  test('that sends a freed driver to a waiting rider is admissible', () => {
    expect(verdict([[moveOf(open, free, null)]], locked)).toEqual(['admissible']);
  });

  test('that leaves a rider without a driver is refused as a whole', () => {
    expect(verdict([[moveOf(open, a, tripA)]], locked)).toEqual(['rider_left']);
    expect(verdict([[moveOf(tripA, free, null), moveOf(open, b, tripB)]], locked)).toEqual(['rider_left']);
  });

  test('of a driver who is no longer on the way, or has another claim, is refused', () => {
    const gone = lockedOf([tripA, tripB, open], [a, b, free], []);
    const ring = [moveOf(tripA, b, tripB), moveOf(tripB, a, tripA)];
    expect(verdict([ring], gone)).toEqual(['driver_claimed']);
    expect(verdict([[moveOf(open, a, null)]], locked)).toEqual(['driver_claimed']);
  });

  test('for a trip that has another driver by now, or an open offer, is refused', () => {
    const stale = moveOf(tripA, free, null, { replaces_driver_id: b.driverId });
    expect(verdict([[stale]], locked)).toEqual(['trip_not_open']);
    const asked = evolve(open, {
      type: 'offer_made',
      atMs: 1,
      offer: {
        offerId: 'offer_1',
        driverId: a.driverId,
        expiresAtMs: 9_000,
        pickupEtaS: 1,
        pickupDistanceM: 1,
      },
    });
    expect(verdict([[moveOf(asked, free, null)]], lockedOf([asked], [free]))).toEqual(['trip_not_open']);
  });

  test.each([
    ['stale_epoch', { epoch: 2 }],
    ['stale_epoch', { shard: '86393367fffffff' }],
  ] as const)('under a stale epoch or an unknown shard is refused: %s', (reason, change) => {
    expect(verdict([[moveOf(open, free, null, change)]], locked)).toEqual([reason]);
  });

  test('of a driver who is offline, of another product, or has refused the trip is refused', () => {
    const offline = driverOf({ online: false });
    const other = driverOf({ product: 'xl' });
    const refused = evolve(open, { type: 'offer_declined', atMs: 1, driverId: free.driverId });
    const judge = (trip: Trip, driver: DriverRow) =>
      verdict([[moveOf(trip, driver, null)]], lockedOf([trip], [driver]));
    expect(judge(open, offline)).toEqual(['driver_unavailable']);
    expect(judge(open, other)).toEqual(['driver_unavailable']);
    expect(judge(refused, free)).toEqual(['driver_excluded']);
  });

  test('yields to an earlier one that uses the same trip or driver', () => {
    const other = driverOf();
    const first = [moveOf(open, free, null)];
    const sets = [first, [moveOf(open, other, null)], [moveOf(tripA, free, null)]];
    expect(verdict(sets, lockedOf([open, tripA], [a, free, other]))).toEqual([
      'admissible',
      'trip_not_open',
      'driver_claimed',
    ]);
  });
});
