import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toTripRecord, type TripRecord } from '#libs/contracts';
import { evolve, type TripState } from '#libs/trip';
import { tripRequest } from '../../../dev/fixtures/trip-request.ts';
import { LiveTrips } from './live-trips.ts';

const REQUESTED = toTripRecord(evolve(null, { type: 'requested', atMs: 0, request: tripRequest() }));

function at(seq: number, state: TripState = 'processing'): TripRecord {
  return { ...REQUESTED, seq, state };
}

test('the newest change counts in any order, with repeats; an ended trip does not come back', () => {
  const orders = fc
    .array(fc.constantFrom<TripState>('processing', 'accepted', 'arrived', 'in_progress'), {
      minLength: 1,
      maxLength: 8,
    })
    .chain((states) => {
      const changes = states.map((state, index) => at(index + 1, state));
      const last = at(states.length + 1, 'completed');
      const all = fc.shuffledSubarray([...changes, ...changes], { minLength: changes.length * 2 });
      return fc.record({ changes: fc.constant(changes), last: fc.constant(last), order: all });
    });
  fc.assert(
    fc.property(orders, ({ changes, last, order }) => {
      const trips = new LiveTrips();
      for (const change of order) trips.apply(change, 0);
      expect(trips.get(REQUESTED.trip_id)).toEqual(changes.at(-1));
      trips.apply(last, 0);
      for (const change of order) trips.apply(change, 0);
      expect(trips.size).toBe(0);
    }),
  );
});

describe('lists', () => {
  test('drop trips whose end was missed, and keep those that changed since they were asked for', () => {
    const trips = new LiveTrips();
    trips.apply(at(1), 10);
    trips.reconcile({ trips: [], askedAtMs: 10, isWhole: true }, 20);
    expect(trips.size).toBe(1);
    trips.reconcile({ trips: [], askedAtMs: 11, isWhole: false }, 20);
    expect(trips.size).toBe(1);
    trips.reconcile({ trips: [], askedAtMs: 11, isWhole: true }, 20);
    expect(trips.size).toBe(0);
  });

  test('bring changes that were missed, and no older ones', () => {
    const trips = new LiveTrips();
    trips.apply(at(3, 'accepted'), 10);
    trips.reconcile({ trips: [at(2)], askedAtMs: 11, isWhole: true }, 20);
    expect(trips.get(REQUESTED.trip_id)!.seq).toBe(3);
    trips.reconcile({ trips: [at(4, 'arrived')], askedAtMs: 11, isWhole: true }, 20);
    expect(trips.get(REQUESTED.trip_id)!.state).toBe('arrived');
  });
});

test('trips beyond the bound are left out and counted', () => {
  const trips = new LiveTrips(1);
  trips.apply(at(1), 0);
  trips.apply({ ...at(1), trip_id: 'trip_01h455vb4pex5vsknk084sn02q' }, 0);
  expect([trips.size, trips.leftOut]).toEqual([1, 1]);
});
