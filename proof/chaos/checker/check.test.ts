import { cellToParent } from 'h3-js';
import { expect, test } from 'vitest';
import { check, type Findings } from './check.ts';
import type { ClientEntry } from './client-entry.ts';
import type { DatabaseFacts, EventFact } from './facts.ts';
import {
  change,
  driver,
  ELSEWHERE,
  event,
  goodEntries,
  goodFacts,
  PICKUP,
  servedTrip,
  SHARD,
  trip,
} from './good-facts.ts';
import { verdictOf, type RunState } from './verdict.ts';

const LIVING = new Set(['matcher-1', 'matcher-2']);
const GOOD_RUN: RunState = {
  ineffective: [],
  unrecovered: [],
  deaths: [],
  settled: true,
  matchingGoesOn: true,
  missingEvents: 0,
  outOfOrderEvents: 0,
  recoveredInTime: true,
  redispatchedInTime: true,
  believedLies: [],
};
/** A consumer without events has no unknown ones. */
const NOTHING_CONSUMED = { all: () => [] };

function found(
  facts: Partial<DatabaseFacts> = {},
  entries: readonly ClientEntry[] = goodEntries(),
): Findings {
  return check(entries, { ...goodFacts(), ...facts }, [], LIVING, NOTHING_CONSUMED);
}

/** The good history with one event changed. */
function spoilt(tripId: string, seq: number, more: Partial<EventFact>): EventFact[] {
  return goodFacts().events.map((one) =>
    one.tripId === tripId && one.seq === seq ? { ...one, ...more } : one,
  );
}

const requested: ClientEntry = { kind: 'trip_requested', at_ms: 1, trip_id: 'trip_z', seq: 1 };

test('a good history has nothing wrong', () => {
  const findings = found();
  expect(findings).toEqual({
    acknowledged: 3,
    offers: 2,
    accepted: 2,
    lost: [],
    doubleAssigned: [],
    staleEpochCommits: [],
    overlapping: [],
    duplicated: [],
    illegalHistories: [],
    rpoRows: [],
    staleReads: [],
    orphanClaims: [],
    orphanSlots: [],
    stuckTrips: [],
    redispatchS: [],
    failedByFault: {},
  });
  expect(verdictOf(findings, GOOD_RUN)).toBe('ok');
});

test.for<[what: string, facts: Partial<DatabaseFacts>, more: readonly ClientEntry[]]>([
  ['an acknowledged request is missing', {}, [requested]],
  [
    'an event is missing in the middle',
    { events: goodFacts().events.filter(({ tripId, seq }) => tripId !== 'trip_a' || seq !== 4) },
    [],
  ],
  [
    'an acknowledged change of a driver is missing',
    {},
    [
      {
        kind: 'driver_changed',
        at_ms: 9,
        driver_id: 'driver_y',
        change: 'accept',
        trip_id: 'trip_c',
        seq: 1,
      },
    ],
  ],
  [
    'a rider was shown an event that does not exist',
    {},
    [{ kind: 'rider_saw', at_ms: 9, trip_id: 'trip_c', seq: 2 }],
  ],
  ['a cancellation is missing', {}, [{ kind: 'rider_canceled', at_ms: 9, trip_id: 'trip_c', seq: 1 }]],
  [
    'a shown offer is missing',
    {},
    [{ kind: 'driver_offered', at_ms: 9, driver_id: 'driver_y', trip_id: 'trip_c' }],
  ],
  ['a rider waits in no shard', { shards: [{ ...goodFacts().shards[0]!, shard: ELSEWHERE }] }, []],
  ['a rider waits in a shard without an owner', { shards: [{ ...goodFacts().shards[0]!, owner: null }] }, []],
  ['… whose owner is dead', { shards: [{ ...goodFacts().shards[0]!, owner: 'matcher-9' }] }, []],
  ['… that is retired', { shards: [{ ...goodFacts().shards[0]!, retired: true }] }, []],
  ['a search goes on past its deadline', { readAtMs: 400_000 }, []],
])('lost: %s', ([, facts, more]) => {
  const findings = found(facts, [...goodEntries(), ...more]);
  expect(findings.lost).not.toEqual([]);
  expect(verdictOf(findings, GOOD_RUN)).toBe('lost');
});

test.for<[what: string, facts: Partial<DatabaseFacts>]>([
  [
    'a driver is offered a second trip before the first has ended',
    { events: spoilt('trip_b', 2, { drivers: [driver('driver_x', 3.5, { offeredTripId: 'trip_b' })] }) },
  ],
  [
    'two changes of a driver have the same version',
    { events: spoilt('trip_b', 2, { drivers: [driver('driver_x', 4, { offeredTripId: 'trip_b' })] }) },
  ],
  [
    'a driver has a next trip without a current one',
    { events: spoilt('trip_b', 3, { drivers: [driver('driver_x', 6, { nextTripId: 'trip_b' })] }) },
  ],
  [
    'a trip is offered to a second driver while the first has it',
    { events: spoilt('trip_a', 4, { driverId: 'driver_y' }) },
  ],
  ['a claim is left behind', { claims: [{ driverId: 'driver_x', tripId: 'trip_a', kind: 'trip' }] }],
  ['a claim has no trip', { claims: [{ driverId: 'driver_x', tripId: 'trip_q', kind: 'trip' }] }],
  [
    'an open offer has no claim',
    { trips: [...goodFacts().trips.slice(0, 2), trip('trip_c', 'processing', 1, { offeredTo: 'driver_y' })] },
  ],
  [
    'a claim and its trip have different drivers',
    {
      trips: [...goodFacts().trips, trip('trip_d', 'accepted', 3, { driverId: 'driver_y' })],
      events: [...goodFacts().events, ...servedTrip('trip_d', 'driver_y', 2, 170n).slice(0, 3)],
      claims: [{ driverId: 'driver_x', tripId: 'trip_d', kind: 'trip' }],
    },
  ],
])('double assigned: %s', ([, facts]) => {
  const findings = found(facts);
  expect(findings.doubleAssigned).not.toEqual([]);
  expect(verdictOf(findings, GOOD_RUN)).toBe('double_assigned');
});

test('double assigned: a phone accepts a second trip before the database has ended the first', () => {
  const accept = (tripId: string): ClientEntry => ({
    kind: 'driver_changed',
    at_ms: 5,
    driver_id: 'driver_x',
    change: 'accept',
    trip_id: tripId,
    seq: 3,
  });
  const offeredToX = (tripId: string, version: number): Partial<EventFact> => ({
    driverId: 'driver_x',
    drivers: [driver('driver_x', version, { offeredTripId: tripId })],
    shard: SHARD,
    epoch: 3,
    lsn: 150n,
  });
  // Bound to both from 2 on: neither ended before the other began.
  const events = [
    event('trip_a', 1, 'requested'),
    event('trip_a', 2, 'offer_made', offeredToX('trip_a', 2)),
    event('trip_b', 1, 'requested'),
    event('trip_b', 2, 'offer_made', offeredToX('trip_b', 3)),
  ];
  const findings = found({ events }, [accept('trip_a'), accept('trip_b')]);
  expect(findings.doubleAssigned.filter((words) => words.includes('receives'))).toHaveLength(1);
});

test('a swapped driver, and one who gets the next trip during the ride, are no double assignments', () => {
  const offer = { shard: SHARD, epoch: 3, lsn: 170n };
  const [x, y] = ['driver_x', 'driver_y'];
  const swapped = [
    ...servedTrip('trip_d', x, 9, 170n).slice(0, 3),
    event('trip_d', 4, 'offer_made', {
      driverId: y,
      ...offer,
      drivers: [driver(y, 2, { offeredTripId: 'trip_d' })],
    }),
    event('trip_d', 5, 'driver_swapped', {
      driverId: y,
      freedDriverId: x,
      asked: true,
      drivers: [driver(x, 11), driver(y, 3, { tripId: 'trip_d' })],
    }),
    event('trip_d', 6, 'arrived', { driverId: y }),
    event('trip_d', 7, 'started', { driverId: y }),
  ];
  const asked = driver(y, 4, { tripId: 'trip_d', offeredTripId: 'trip_e' });
  const chained = [
    event('trip_e', 1, 'requested'),
    event('trip_e', 2, 'offer_made', { driverId: y, ...offer, drivers: [asked], atMs: 8_000 }),
    event('trip_e', 3, 'accepted', {
      driverId: y,
      drivers: [driver(y, 5, { tripId: 'trip_d', nextTripId: 'trip_e' })],
    }),
  ];
  const facts = {
    events: [...goodFacts().events, ...swapped, ...chained],
    trips: [
      ...goodFacts().trips,
      trip('trip_d', 'in_progress', 7, { driverId: y }),
      trip('trip_e', 'accepted', 3, { driverId: y }),
    ],
    claims: [
      { driverId: y, tripId: 'trip_d', kind: 'trip' },
      { driverId: y, tripId: 'trip_e', kind: 'trip' },
    ],
  };
  const accept = (driver_id: string, trip_id: string): ClientEntry => ({
    kind: 'driver_changed',
    at_ms: 5,
    driver_id,
    change: 'accept',
    trip_id,
    seq: 3,
  });
  const entries = [...goodEntries(), accept(x, 'trip_d'), accept(y, 'trip_d'), accept(y, 'trip_e')];
  expect(found(facts, entries).doubleAssigned).toEqual([]);
  const early = facts.events.map((one) =>
    one.tripId === 'trip_e' && one.seq === 2 ? { ...one, atMs: 1 } : one,
  );
  expect(found({ ...facts, events: early }, entries).doubleAssigned).toHaveLength(1);
  const unasked = facts.events.map((one) =>
    one.type === 'driver_swapped' ? { ...one, freedDriverId: 'driver_q' } : one,
  );
  expect(found({ ...facts, events: unasked }, entries).doubleAssigned).not.toEqual([]);
});

test('a phone that missed the end of a trip is not a double assignment', () => {
  const entries = goodEntries().filter((entry) => !('change' in entry && entry.change === 'complete'));
  expect(found({}, entries).doubleAssigned).toEqual([]);
});

test.for<[what: string, facts: Partial<DatabaseFacts>]>([
  [
    'an offer is committed after its shard moved to the next epoch',
    { events: spoilt('trip_b', 2, { lsn: 201n }) },
  ],
  ['… before its shard moved to this epoch', { events: spoilt('trip_b', 2, { lsn: 99n }) }],
  ['… under an epoch that never existed', { events: spoilt('trip_b', 2, { epoch: 9 }) }],
  ['… without an epoch', { events: spoilt('trip_b', 2, { epoch: null }) }],
  ['… in a shard elsewhere', { events: spoilt('trip_b', 2, { shard: ELSEWHERE }) }],
  ['… in a shard without history', { events: spoilt('trip_b', 2, { shard: cellToParent(PICKUP, 7) }) }],
  ['… in a shard without an owner', { changes: [change(3, 100n, { owner: null })] }],
  ['… in a retired shard', { changes: [change(3, 100n, { retired: true })] }],
])('stale: %s', ([, facts]) => {
  const findings = found(facts);
  expect(findings.staleEpochCommits).not.toEqual([]);
  expect(verdictOf(findings, GOOD_RUN)).toBe('stale_epoch_commits');
});

test('a shard and its child that are both in force are found', () => {
  const shards = [
    ...goodFacts().shards,
    { shard: cellToParent(PICKUP, 7), epoch: 1, owner: 'matcher-1', retired: false },
  ];
  expect(verdictOf(found({ shards }), GOOD_RUN)).toBe('overlapping_shards');
});

test('failed requests are attributed to the fault during which they began', () => {
  const failed = (atMs: number): ClientEntry => ({
    kind: 'request_failed',
    at_ms: atMs,
    code: 'unavailable',
    since_ms: atMs - 5,
  });
  const faults = [
    { kind: 'nats-all', atMs: 100 },
    { kind: 'rolling:matchers', atMs: 200 },
  ];
  const one = check([...goodEntries(), failed(150)], goodFacts(), faults, LIVING, NOTHING_CONSUMED);
  expect(one.failedByFault).toEqual({ 'nats-all': 1 });
  expect(verdictOf(one, GOOD_RUN)).toBe('ok');
  const two = check(
    [...goodEntries(), failed(150), failed(250)],
    goodFacts(),
    faults,
    LIVING,
    NOTHING_CONSUMED,
  );
  expect(two.failedByFault).toEqual({ 'nats-all': 1, 'rolling:matchers': 1 });
  expect(verdictOf(two, GOOD_RUN)).toBe('failed_requests');
});

test.for<[Partial<RunState>, string]>([
  [{ ineffective: ['kill9:matcher'] }, 'fault_ineffective'],
  [{ deaths: ['trips-1'] }, 'process_died'],
  [{ unrecovered: ['cut:matcher'] }, 'not_recovered'],
  [{ settled: false }, 'not_settled'],
  [{ matchingGoesOn: false }, 'matching_stopped'],
  [{ missingEvents: 1 }, 'missing_events'],
  [{ outOfOrderEvents: 1 }, 'out_of_order_events'],
  [{ recoveredInTime: false }, 'slow_recovery'],
])('a flawed run is not ok: %o', ([state, verdict]) => {
  expect(verdictOf(found(), { ...GOOD_RUN, ...state })).toBe(verdict);
});

test('a run without trips is not ok', () => {
  const nothing = { trips: [], events: [], claims: [], slots: [] };
  expect(verdictOf(found(nothing, []), GOOD_RUN)).toBe('nothing_happened');
});
