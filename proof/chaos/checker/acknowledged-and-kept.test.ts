import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TRIP_EVENT_TYPES, type TripEvent } from '#libs/trip';
import { check, type Findings } from './check.ts';
import type { ClientEntry } from './client-entry.ts';
import { ConsumedEvents } from './consumed-events.ts';
import type { DatabaseFacts, EventFact, TripFact } from './facts.ts';
import { event, goodEntries, goodFacts, rowOf, servedTrip, trip } from './good-facts.ts';
import { fold } from './illegal-histories.ts';
import { recoveryTimeMs } from './rto.ts';

const LIVING = new Set(['matcher-1', 'matcher-2']);

function found(
  facts: Partial<DatabaseFacts> = {},
  more: readonly ClientEntry[] = [],
  consumed = new ConsumedEvents(),
): Findings {
  return check([...goodEntries(), ...more], { ...goodFacts(), ...facts }, [], LIVING, consumed);
}

/** The good trips with one changed row. */
function withRow(tripId: string, more: Partial<TripFact['row']>): TripFact[] {
  return goodFacts().trips.map((one) =>
    one.tripId === tripId ? { ...one, row: { ...one.row, ...more } } : one,
  );
}

const asked = { rider_id: 'rider_a', idempotency_key: 'key-1' };

test.for<[what: string, facts: Partial<DatabaseFacts>, more: readonly ClientEntry[]]>([
  [
    'one quote has two trips',
    { trips: [...goodFacts().trips, trip('trip_d', 'processing', 1, { quoteId: 'quote_a' })] },
    [],
  ],
  [
    'one key of a rider has two trips',
    { trips: [...goodFacts().trips, trip('trip_d', 'processing', 1, { riderId: 'rider_a' })] },
    [],
  ],
  [
    'a key is answered with another trip',
    {},
    [{ kind: 'trip_requested', at_ms: 9, trip_id: 'trip_b', seq: 1, ...asked }],
  ],
  [
    'a key is answered with another body',
    {},
    [{ kind: 'answered', at_ms: 9, sent_ms: 8, digest: 'something else', ...asked }],
  ],
  [
    'an acknowledged request is refused later',
    {},
    [{ kind: 'repeat_refused', at_ms: 9, code: 'quote_used', ...asked }],
  ],
])('duplicated: %s', ([, facts, more]) => {
  expect(found(facts, more).duplicated).toHaveLength(1);
});

test('equal keys of two riders are different keys', () => {
  const others: ClientEntry = {
    kind: 'answered',
    at_ms: 9,
    sent_ms: 8,
    digest: 'other',
    ...asked,
    rider_id: 'rider_z',
  };
  expect(found({}, [others]).duplicated).toEqual([]);
});

test.for<[what: string, facts: Partial<DatabaseFacts>]>([
  ['a row is at another event', { trips: withRow('trip_a', { seq: 5 }) }],
  ['a row is in another state', { trips: withRow('trip_c', { state: 'accepted' }) }],
  ['a row has another driver', { trips: withRow('trip_b', { driver: null }) }],
  ['a row has another time', { trips: withRow('trip_b', { endedAtMs: 1 }) }],
  [
    'a row excludes a driver without an event',
    { trips: withRow('trip_b', { excludedDriverIds: ['driver_y'] }) },
  ],
  ['a trip has no events', { events: goodFacts().events.filter(({ tripId }) => tripId !== 'trip_c') }],
  ['events have no trip', { trips: goodFacts().trips.slice(0, 2) }],
  [
    'an event number is missing',
    { events: goodFacts().events.filter(({ tripId, seq }) => tripId !== 'trip_a' || seq !== 4) },
  ],
  [
    'the type column differs from the event',
    {
      events: goodFacts().events.map((one) =>
        one.tripId === 'trip_a' && one.seq === 6 ? { ...one, type: 'rider_canceled' } : one,
      ),
    },
  ],
])('illegal history: %s', ([, facts]) => {
  expect(found(facts).illegalHistories).toHaveLength(1);
});

/** The legal events after each state of a trip that is offered, accepted and completed; all others are illegal. */
const LEGAL: readonly (readonly TripEvent['type'][])[] = [
  ['requested'],
  ['offer_made', 'driver_assigned', 'rider_canceled', 'failed'],
  ['offer_declined', 'offer_expired', 'offer_undelivered', 'accepted', 'rider_canceled', 'failed'],
  ['driver_redispatched', 'driver_lost', 'arrived', 'rider_canceled', 'failed'],
  ['driver_redispatched', 'driver_lost', 'started', 'rider_canceled', 'failed'],
  ['attention_raised', 'completed', 'failed'],
  [],
];

test.for(LEGAL.map((legal, after) => ({ legal, after })))(
  'after $after events of a served trip there may follow $legal',
  ({ legal, after }) => {
    const before = servedTrip('trip_a', 'driver_x', 2, 150n).slice(0, after);
    const isLegal = (type: TripEvent['type']): boolean =>
      fold([...before, event('trip_a', after + 1, type, { driverId: 'driver_x' })]).illegal === undefined;
    expect(TRIP_EVENT_TYPES.filter(isLegal).toSorted()).toEqual(legal.toSorted());
  },
);

test('a driver cannot take a step of another driver’s trip', () => {
  for (const [after, type] of [
    [2, 'accepted'],
    [2, 'offer_declined'],
    [3, 'arrived'],
    [3, 'driver_redispatched'],
    [4, 'started'],
    [5, 'completed'],
  ] as const) {
    const before = servedTrip('trip_a', 'driver_x', 2, 150n).slice(0, after);
    expect(
      fold([...before, event('trip_a', after + 1, type, { driverId: 'driver_y' })]).illegal,
    ).toBeDefined();
  }
});

/** Offered, declined, offered to another driver; swapped for a third on the way. */
const SWAPPED: readonly EventFact[] = [
  ...servedTrip('trip_s', 'driver_x', 2, 150n).slice(0, 3),
  event('trip_s', 4, 'driver_swapped', { driverId: 'driver_y', freedDriverId: 'driver_x' }),
  event('trip_s', 5, 'arrived', { driverId: 'driver_y' }),
];

test('a swap gives the trip to the new driver and releases the previous one', () => {
  expect(fold(SWAPPED).illegal).toBeUndefined();
  const wrong = event('trip_s', 4, 'driver_swapped', { driverId: 'driver_y', freedDriverId: 'driver_z' });
  expect(fold([...SWAPPED.slice(0, 3), wrong]).illegal).toContain('driver_swapped');
  const unasked = event('trip_s', 4, 'driver_swapped', {
    driverId: 'driver_y',
    freedDriverId: 'driver_x',
    asked: true,
  });
  expect(fold([...SWAPPED.slice(0, 3), unasked]).illegal).toContain('had no offer');
});

test('a released driver gets no second offer, and an expired offer cannot be accepted', () => {
  const offered = servedTrip('trip_a', 'driver_x', 2, 150n).slice(0, 2);
  const declined = [...offered, event('trip_a', 3, 'offer_declined', { driverId: 'driver_x' })];
  const again = event('trip_a', 4, 'offer_made', { driverId: 'driver_x' });
  expect(fold([...declined, again]).illegal).toContain('is excluded');
  const late = event('trip_a', 3, 'accepted', { driverId: 'driver_x', atMs: 60_000 });
  expect(fold([...offered, late]).illegal).toContain('expired');
});

test('a history without its newest events does not match its row', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), (kept) => {
      const events = servedTrip('trip_a', 'driver_x', 2, 150n);
      const trips = [trip('trip_a', 'completed', 6, { row: rowOf(events) })];
      expect(found({ trips, events: events.slice(0, kept) }).illegalHistories).not.toEqual([]);
    }),
  );
});

test.for<[what: string, facts: Partial<DatabaseFacts>, more: readonly ClientEntry[]]>([
  ['a price', {}, [{ kind: 'quoted', at_ms: 9, sent_ms: 8, quote_id: 'quote_z' }]],
  [
    'the answer of a key',
    {},
    [
      {
        kind: 'answered',
        at_ms: 9,
        sent_ms: 8,
        digest: 'one',
        rider_id: 'rider_a',
        idempotency_key: 'key-2',
      },
    ],
  ],
  ['the key of a trip', { keys: new Set(['rider_a key-1', 'rider_b key-1']) }, []],
  ['an event', {}, [{ kind: 'rider_saw', at_ms: 9, trip_id: 'trip_c', seq: 2, state: 'accepted' }]],
  [
    'an event that another one replaced',
    {},
    [{ kind: 'rider_saw', at_ms: 9, trip_id: 'trip_a', seq: 6, state: 'rider_canceled' }],
  ],
  [
    'a change of a driver',
    {},
    [
      {
        kind: 'driver_changed',
        at_ms: 9,
        driver_id: 'driver_x',
        change: 'accept',
        trip_id: 'trip_c',
        seq: 3,
      },
    ],
  ],
  ['a session', { sessions: new Map([['driver_x', 2]]) }, []],
  [
    'an offer',
    {},
    [{ kind: 'driver_offered', at_ms: 9, driver_id: 'driver_x', trip_id: 'trip_a', offer_id: 'offer_z' }],
  ],
])('RPO: %s was acknowledged and is missing', ([, facts, more]) => {
  // The same row once, however many received it.
  expect(found(facts, [...more, ...more]).rpoRows).toHaveLength(1);
});

test('RPO: an event was published and is missing', () => {
  const consumed = new ConsumedEvents();
  consumed.note({ tripId: 'trip_c', seq: 1 });
  expect(found({}, [], consumed).rpoRows).toEqual([]);
  consumed.note({ tripId: 'trip_c', seq: 2 });
  expect(found({}, [], consumed).rpoRows).toEqual(['trip_c#2']);
});

test('a list without changes acknowledged before its request is stale', () => {
  const listed = (seq: number): ClientEntry => ({
    kind: 'rider_listed',
    at_ms: 9,
    trip_id: 'trip_a',
    seq,
    acknowledged_seq: 6,
  });
  expect(found({}, [listed(6)]).staleReads).toEqual([]);
  for (const seq of [0, 5]) expect(found({}, [listed(seq)]).staleReads).toHaveLength(1);
});

test('a consumer finds missing and early events, and ignores redeliveries', () => {
  const consumed = new ConsumedEvents();
  for (const seq of [1, 2, 1, 2, 3, 2]) consumed.note({ tripId: 'trip_a', seq });
  for (const tripId of ['trip_b', 'trip_c']) consumed.note({ tripId, seq: 1 });
  expect(consumed.outOfOrder).toEqual([]);
  expect(consumed.missing(goodFacts().events)).toHaveLength(3 + 5);
  consumed.note({ tripId: 'trip_a', seq: 5 });
  expect(consumed.outOfOrder).toHaveLength(1);
  expect(consumed.messages).toBe(9);
});

test('recovery time ends at the first commit whose request was sent after the fault', () => {
  const answered = (sent_ms: number, at_ms: number): ClientEntry => ({
    kind: 'answered',
    at_ms,
    sent_ms,
    digest: '',
    ...asked,
  });
  const entries = [answered(90, 110), answered(101, 3_300), answered(2_000, 3_200), answered(5_000, 5_010)];
  expect([100, 4_000, 6_000].map((fromMs) => recoveryTimeMs(fromMs, entries))).toEqual([3_100, 1_010, null]);
});
