import { describe, expect, test } from 'vitest';
import { newId, type DriverId, type OfferId, type OfferProposal } from '#libs/contracts';
import type { DriverRow } from '#libs/store';
import { evolve, type Trip } from '#libs/trip';
import { tripRequest } from '../../../dev/fixtures/trip-request.ts';
import { judgeProposals } from './judge-proposals.ts';
import type { LockedRound } from './locked-round.ts';

const SHARD = '86393362fffffff';
const NOW_MS = 1_000;
const TTL_MS = 15_000;

function tripOf(product = 'standard'): Trip {
  return evolve(null, { type: 'requested', atMs: 0, request: tripRequest({ product }) });
}

function driverOf(change: Partial<DriverRow> = {}): DriverRow {
  const vehicle = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };
  return {
    driverId: newId('driver'),
    session: 1,
    online: true,
    product: 'standard',
    vehicle,
    version: 4,
    ...change,
  };
}

function proposalOf(trip: Trip, driver: DriverRow, change: Partial<OfferProposal> = {}): OfferProposal {
  return {
    trip_id: trip.tripId,
    driver_id: driver.driverId,
    shard: SHARD,
    epoch: 3,
    pickup_eta_s: 60,
    pickup_distance_m: 300,
    ...change,
  };
}

function lockedOf(trips: Trip[], drivers: DriverRow[], owner: string | null = 'matcher-1'): LockedRound {
  return {
    shards: new Map([[SHARD, { epoch: 3, owner }]]),
    trips: new Map(trips.map((trip) => [trip.tripId, trip])),
    drivers: new Map(drivers.map((driver) => [driver.driverId, driver])),
  };
}

function verdicts(proposals: OfferProposal[], locked: LockedRound): string[] {
  return judgeProposals('matcher-1', proposals, locked, NOW_MS, TTL_MS).map((judgement) =>
    judgement.verdict === 'admissible' ? 'admissible' : judgement.reason,
  );
}

const trip = tripOf();
const driver = driverOf();

describe('a proposal', () => {
  test('of a trip to its own rider, who drives too, is refused', () => {
    const self = driverOf({ driverId: `driver_${trip.riderId.slice('rider_'.length)}` });
    expect(verdicts([proposalOf(trip, self)], lockedOf([trip], [self]))).toEqual(['driver_excluded']);
  });

  test('of the owner, for an open trip and an online driver of its product, makes an offer that expires', () => {
    const offerId: OfferId = newId('offer');
    const [judgement] = judgeProposals(
      'matcher-1',
      [proposalOf(trip, driver)],
      lockedOf([trip], [driver]),
      NOW_MS,
      TTL_MS,
      () => offerId,
    );
    expect(judgement).toMatchObject({
      verdict: 'admissible',
      offer: {
        events: [
          {
            type: 'offer_made',
            offer: { offerId, driverId: driver.driverId, expiresAtMs: NOW_MS + TTL_MS },
          },
        ],
      },
    });
  });

  test.each([
    ['a lower epoch', proposalOf(trip, driver, { epoch: 2 }), lockedOf([trip], [driver])],
    ['a higher epoch', proposalOf(trip, driver, { epoch: 4 }), lockedOf([trip], [driver])],
    ['a shard of another matcher', proposalOf(trip, driver), lockedOf([trip], [driver], 'matcher-2')],
    ['a shard without an owner', proposalOf(trip, driver), lockedOf([trip], [driver], null)],
    ['an unknown shard', proposalOf(trip, driver, { shard: '86393367fffffff' }), lockedOf([trip], [driver])],
  ])('under %s is stale', (_, proposal, locked) => {
    expect(verdicts([proposal], locked)).toEqual(['stale_epoch']);
  });

  test('under a shard that the matcher owns but that does not contain the pickup is refused as wrong_shard', () => {
    const elsewhere = '86393367fffffff';
    const locked = lockedOf([trip], [driver]);
    const shards = new Map([...locked.shards, [elsewhere, { epoch: 3, owner: 'matcher-1' }]]);
    const proposal = proposalOf(trip, driver, { shard: elsewhere });
    expect(verdicts([proposal], { ...locked, shards })).toEqual(['wrong_shard']);
  });

  test('needs a trip that is open', () => {
    const canceled = evolve(trip, { type: 'rider_canceled', atMs: 1, driverId: null, reason: null });
    expect(verdicts([proposalOf(trip, driver)], lockedOf([], [driver]))).toEqual(['trip_not_open']);
    expect(verdicts([proposalOf(canceled, driver)], lockedOf([canceled], [driver]))).toEqual([
      'trip_not_open',
    ]);
  });

  test('needs a driver who is online with the product, and who has not refused the trip', () => {
    const offline = driverOf({ online: false });
    const other = driverOf({ product: 'xl' });
    const declined = evolve(trip, { type: 'offer_declined', atMs: 1, driverId: driver.driverId });
    expect(verdicts([proposalOf(trip, driver)], lockedOf([trip], []))).toEqual(['driver_unavailable']);
    expect(verdicts([proposalOf(trip, offline)], lockedOf([trip], [offline]))).toEqual([
      'driver_unavailable',
    ]);
    expect(verdicts([proposalOf(trip, other)], lockedOf([trip], [other]))).toEqual(['driver_unavailable']);
    expect(verdicts([proposalOf(declined, driver)], lockedOf([declined], [driver]))).toEqual([
      'driver_excluded',
    ]);
  });

  test('is the only one of its batch for its trip and for its driver', () => {
    const [otherTrip, otherDriver] = [tripOf(), driverOf()];
    const locked = lockedOf([trip, otherTrip], [driver, otherDriver]);
    const batch = [proposalOf(trip, driver), proposalOf(trip, otherDriver), proposalOf(otherTrip, driver)];
    expect(verdicts(batch, locked)).toEqual(['admissible', 'trip_not_open', 'driver_claimed']);
    const drivers = new Set<DriverId>(batch.map(({ driver_id }) => driver_id));
    expect(drivers.size).toBe(2);
  });
});
