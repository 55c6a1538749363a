import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenDemand } from './open-demand.ts';
import type { OpenTrip } from './open-trip.ts';

function openTrip(change: Partial<OpenTrip> = {}): OpenTrip {
  return {
    tripId: 'trip_a',
    shard: 'north',
    product: 'standard',
    pickup: { lat: 38.72, lng: -9.14 },
    dropoff: { lat: 38.73, lng: -9.13 },
    rideS: 600,
    driverId: undefined,
    swaps: 0,
    requestedAtMs: 1000,
    searchDeadlineAtMs: 301_000,
    excludedDriverIds: [],
    pauses: [],
    offered: false,
    version: 1,
    ...change,
  };
}

describe('OpenDemand', () => {
  it('reaches the same state for any order and repetition of the updates on a trip', () => {
    const word = fc.record({ name: fc.constantFrom('a', 'b', 'c'), version: fc.integer({ min: 1, max: 8 }) });
    fc.assert(
      fc.property(fc.array(word), fc.infiniteStream(fc.nat()), (words, keys) => {
        const shuffled = words
          .map((each) => ({ each, key: keys.next().value! }))
          .sort((x, y) => x.key - y.key);
        const seen = [words, shuffled.map(({ each }) => each), [...words, ...words]].map((order) => {
          const demand = new OpenDemand();
          for (const { name, version } of order) {
            // A trip's odd versions are open, its even ones are not.
            if (version % 2 === 1) demand.upsert(openTrip({ tripId: `trip_${name}`, version }));
            else demand.remove(`trip_${name}`, version);
          }
          return [...demand];
        });
        expect(seen[1]).toEqual(seen[0]);
        expect(seen[2]).toEqual(seen[0]);
      }),
    );
  });

  it('lists the longest waiting first; the id breaks ties', () => {
    const demand = new OpenDemand();
    demand.upsert(openTrip({ tripId: 'trip_c', requestedAtMs: 2000 }));
    demand.upsert(openTrip({ tripId: 'trip_b', requestedAtMs: 2000 }));
    demand.upsert(openTrip({ tripId: 'trip_z', requestedAtMs: 1000 }));
    expect([...demand].map((trip) => trip.tripId)).toEqual(['trip_z', 'trip_b', 'trip_c']);
  });

  it('drops trips missing from a sweep, in that shard only', () => {
    const demand = new OpenDemand();
    demand.upsert(openTrip({ tripId: 'trip_gone' }));
    demand.upsert(openTrip({ tripId: 'trip_south', shard: 'south' }));
    const outcome = demand.replaceShard('north', [openTrip({ tripId: 'trip_new' })], demand.mark());
    expect(outcome).toEqual({ taken: 1, removed: 1, full: 0 });
    expect([...demand].map((trip) => trip.tripId)).toEqual(['trip_new', 'trip_south']);
    expect(demand.upsert(openTrip({ tripId: 'trip_gone' }))).toBe('duplicate');
  });

  it('keeps updates that arrive during a sweep', () => {
    const demand = new OpenDemand();
    demand.upsert(openTrip({ tripId: 'trip_declined', version: 2, offered: true }));
    demand.upsert(openTrip({ tripId: 'trip_canceled' }));
    const asked = demand.mark();
    demand.upsert(openTrip({ tripId: 'trip_requested' }));
    demand.upsert(openTrip({ tripId: 'trip_declined', version: 3, excludedDriverIds: ['driver_a'] }));
    demand.remove('trip_canceled', 2);
    const answer = [
      openTrip({ tripId: 'trip_declined', version: 2, offered: true }),
      openTrip({ tripId: 'trip_canceled' }),
    ];
    expect(demand.replaceShard('north', answer, asked)).toEqual({ taken: 0, removed: 0, full: 0 });
    expect([...demand].map((trip) => trip.tripId)).toEqual(['trip_declined', 'trip_requested']);
    expect(demand.get('trip_declined')).toMatchObject({ version: 3, offered: false });
  });

  it('takes back a trip that its driver gave back after it was closed here', () => {
    const demand = new OpenDemand();
    demand.upsert(openTrip({ version: 1 }));
    demand.remove('trip_a', 3);
    expect(demand.upsert(openTrip({ version: 2 }))).toBe('stale');
    expect(demand.upsert(openTrip({ version: 4 }))).toBe('applied');
    expect(demand.remove('trip_a', 3)).toBe('stale');
    expect(demand.size).toBe(1);
  });

  it('follows a trip into another shard, and forgets a shard without closing its trips', () => {
    const demand = new OpenDemand();
    demand.upsert(openTrip());
    expect(demand.replaceShard('north-1', [openTrip({ shard: 'north-1' })], demand.mark()).taken).toBe(1);
    expect(demand.dropShard('north')).toBe(0);
    expect(demand.dropShard('north-1')).toBe(1);
    expect(demand.upsert(openTrip())).toBe('applied');
  });

  it('reports when it is full', () => {
    const demand = new OpenDemand({ capacity: 1 });
    demand.upsert(openTrip());
    expect(demand.upsert(openTrip({ tripId: 'trip_b' }))).toBe('full');
    expect(demand.upsert(openTrip({ version: 2 }))).toBe('applied');
    const both = [openTrip({ version: 2 }), openTrip({ tripId: 'trip_b' })];
    expect(demand.replaceShard('north', both, demand.mark())).toEqual({ taken: 0, removed: 0, full: 1 });
    demand.remove('trip_a', 3);
    expect(demand.upsert(openTrip({ tripId: 'trip_b' }))).toBe('applied');
  });
});
