import { expect, test } from 'vitest';
import { MAX_OFFERS_PER_BATCH } from '#libs/contracts';
import { offerBatches } from './offer-committer.ts';
import type { RoundOffer } from './round-decisions.ts';

const OWNED = '862a1072fffffff';
const LOST = '862a1070fffffff';
const own = new Map([[OWNED, { shard: OWNED, epoch: 7, owner: 'matcher-1' }]]);

function offer(name: number, shard = OWNED): RoundOffer {
  return {
    tripId: `trip_${name}`,
    driverId: `driver_${name}`,
    shard,
    pickupEtaS: 60,
    pickupDistanceM: 400,
    afterRideAtVersion: undefined,
    replaces: undefined,
    followUps: [],
  };
}

test('each proposal carries the epoch at which its shard is owned', () => {
  expect(offerBatches([offer(1)], own)).toEqual([
    [
      {
        trip_id: 'trip_1',
        driver_id: 'driver_1',
        shard: OWNED,
        epoch: 7,
        pickup_eta_s: 60,
        pickup_distance_m: 400,
      },
    ],
  ]);
});

test('nothing is proposed for a shard that is no longer owned', () => {
  expect(offerBatches([offer(1, LOST)], own)).toEqual([]);
});

test('no batch is larger than a command accepts, and none is empty', () => {
  const offers = Array.from({ length: 2 * MAX_OFFERS_PER_BATCH }, (_, index) => offer(index));
  const batches = offerBatches(offers, own);
  expect(batches.map((batch) => batch.length)).toEqual([MAX_OFFERS_PER_BATCH, MAX_OFFERS_PER_BATCH]);
  expect(batches.flat().map(({ trip_id }) => trip_id)).toEqual(offers.map(({ tripId }) => tripId));
});
