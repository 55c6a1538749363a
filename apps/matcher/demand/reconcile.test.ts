import { expect, test } from 'vitest';
import { OpenDemand, type OpenTrip } from '#libs/dispatch';
import { reconcile } from './reconcile.ts';

const HERE = '862a1072fffffff';
const THERE = '862a1070fffffff';

function trip(name: string, shard = HERE, version = 1): OpenTrip {
  return {
    tripId: `trip_${name}`,
    shard,
    product: 'standard',
    pickup: { lat: 40.75, lng: -73.98 },
    requestedAtMs: 0,
    searchDeadlineAtMs: 300_000,
    excludedDriverIds: [],
    pauses: [],
    dropoff: { lat: 38.73, lng: -9.13 },
    rideS: 600,
    driverId: undefined,
    swaps: 0,
    offered: false,
    version,
  };
}

const known = (demand: OpenDemand): string[] =>
  [...demand].map(({ tripId, version }) => `${tripId}@${version}`);

test('makes the requested shards equal to the list and leaves the others alone', () => {
  const demand = new OpenDemand();
  for (const open of [trip('gone'), trip('stays'), trip('elsewhere', THERE)]) demand.upsert(open);
  const asked = demand.mark();
  const full = reconcile(demand, {
    shards: [HERE],
    trips: [trip('stays', HERE, 2), trip('new')],
    truncated: false,
    asked,
  });
  expect(full).toBe(0);
  expect(known(demand).sort()).toEqual(['trip_elsewhere@1', 'trip_new@1', 'trip_stays@2']);
});

test('keeps updates from after the request', () => {
  const demand = new OpenDemand();
  demand.upsert(trip('offered'));
  const asked = demand.mark();
  demand.upsert({ ...trip('offered', HERE, 2), offered: true });
  demand.upsert(trip('nudged'));
  reconcile(demand, { shards: [HERE], trips: [trip('offered')], truncated: false, asked });
  expect(known(demand).sort()).toEqual(['trip_nudged@1', 'trip_offered@2']);
  expect(demand.get('trip_offered')?.offered).toBe(true);
});

test('adds nothing for a shard that was lost during the request', () => {
  const demand = new OpenDemand();
  const asked = demand.mark();
  reconcile(demand, {
    shards: [HERE],
    trips: [trip('here'), trip('there', THERE)],
    truncated: false,
    asked,
  });
  expect(known(demand)).toEqual(['trip_here@1']);
});

test('a cut list adds and drops nothing', () => {
  const demand = new OpenDemand();
  demand.upsert(trip('not_listed'));
  const asked = demand.mark();
  reconcile(demand, { shards: [HERE], trips: [trip('listed')], truncated: true, asked });
  expect(known(demand).sort()).toEqual(['trip_listed@1', 'trip_not_listed@1']);
});

test('counts trips that do not fit', () => {
  const demand = new OpenDemand({ capacity: 1 });
  const asked = demand.mark();
  const trips = [trip('first'), trip('second')];
  expect(reconcile(demand, { shards: [HERE], trips, truncated: false, asked })).toBe(1);
  expect(reconcile(demand, { shards: [HERE], trips, truncated: true, asked })).toBe(1);
});
