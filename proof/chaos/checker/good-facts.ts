import { latLngToCell, cellToParent } from 'h3-js';
import { evolve, type DriverId, type Trip, type TripId, type TripEvent, type TripState } from '#libs/trip';
import type { ClientEntry } from './client-entry.ts';
import {
  keyOf,
  type DatabaseFacts,
  type DriverFact,
  type EventFact,
  type ShardChangeFact,
  type TripFact,
} from './facts.ts';

/** A small valid history, for tests that break it in one place each. */
export const PICKUP = latLngToCell(38.7139, -9.1394, 9);
export const SHARD = cellToParent(PICKUP, 6);
export const ELSEWHERE = cellToParent(latLngToCell(38.9, -9.4, 9), 6);

export function event(
  tripId: string,
  seq: number,
  type: TripEvent['type'],
  more: Partial<EventFact> = {},
): EventFact {
  const fact = {
    tripId,
    seq,
    type,
    driverId: null,
    freedDriverId: null,
    asked: false,
    atMs: 1_000 * seq,
    drivers: [],
    shard: null,
    epoch: null,
    lsn: null,
    ...more,
  };
  return { event: decided(fact, type), ...fact };
}

const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Ibiza', color: 'white' };

/** The event that belongs to the columns of a row. */
function decided(fact: Omit<EventFact, 'event'>, type: TripEvent['type']): TripEvent {
  const { atMs, asked } = fact;
  const tripId = fact.tripId as TripId;
  const driverId = (fact.driverId ?? 'driver_x') as DriverId;
  const freedDriverId = (fact.freedDriverId ?? 'driver_y') as DriverId;
  const perhaps = fact.driverId as DriverId | null;
  const assigned = { driverId, vehicle: VEHICLE, pickupEtaS: 60 };
  switch (type) {
    case 'requested':
      return { type, atMs, request: requestOf(tripId, atMs) };
    case 'offer_made': {
      const terms = { expiresAtMs: atMs + 15_000, pickupEtaS: 60, pickupDistanceM: 400 };
      return { type, atMs, offer: { offerId: `offer_${tripId}_${fact.seq}`, driverId, ...terms } };
    }
    case 'accepted':
    case 'driver_assigned':
      return { type, atMs, driver: assigned };
    case 'driver_swapped':
      return { type, atMs, driver: assigned, freedDriverId, asked };
    case 'driver_redispatched':
      return { type, atMs, driverId, reason: null, searchDeadlineAtMs: 300_000 };
    case 'driver_lost':
      return { type, atMs, driverId, silentSinceMs: atMs - 90_000, searchDeadlineAtMs: 300_000 };
    case 'attention_raised':
      return { type, atMs, driverId, reason: 'stuck', silentSinceMs: atMs - 90_000 };
    case 'rider_canceled':
      return { type, atMs, driverId: perhaps, reason: null };
    case 'failed':
      return { type, atMs, driverId: perhaps, reason: 'none' };
    case 'no_drivers_available':
      return { type, atMs };
    case 'offer_undelivered':
      return { type, atMs, driverId, askAgainAtMs: atMs + 5_000 };
    case 'offer_declined':
    case 'offer_expired':
    case 'offer_withdrawn':
    case 'arrived':
    case 'started':
    case 'attention_cleared':
    case 'completed':
      return { type, atMs, driverId };
  }
}

function requestOf(
  tripId: TripId,
  requestedAtMs: number,
): Extract<TripEvent, { type: 'requested' }>['request'] {
  return {
    tripId,
    riderId: `rider_${tripId.slice('trip_'.length)}`,
    quoteId: `quote_${tripId.slice('trip_'.length)}`,
    product: 'standard',
    pickup: { lat: 38.7139, lng: -9.1394 },
    dropoff: { lat: 38.72, lng: -9.13 },
    pickupCell: PICKUP,
    fareAmountMinor: 700,
    fareCurrency: 'EUR',
    distanceM: 2_000,
    tripS: 300,
    requestedAtMs,
    searchDeadlineAtMs: 300_000,
  };
}

export function driver(driverId: string, version: number, more: Partial<DriverFact> = {}): DriverFact {
  return { driverId, version, tripId: null, nextTripId: null, offeredTripId: null, ...more };
}

/** Requested, offered, accepted, and so on until completed; `version` is the driver's at the offer. */
export function servedTrip(tripId: string, driverId: string, version: number, lsn: bigint): EventFact[] {
  const offer = {
    drivers: [driver(driverId, version, { offeredTripId: tripId })],
    shard: SHARD,
    epoch: 3,
    lsn,
  };
  return [
    event(tripId, 1, 'requested'),
    event(tripId, 2, 'offer_made', { driverId, ...offer }),
    event(tripId, 3, 'accepted', { driverId, drivers: [driver(driverId, version + 1, { tripId })] }),
    event(tripId, 4, 'arrived', { driverId }),
    event(tripId, 5, 'started', { driverId }),
    event(tripId, 6, 'completed', { driverId, drivers: [driver(driverId, version + 2)] }),
  ];
}

export function trip(tripId: string, state: TripState, seq: number, more: Partial<TripFact> = {}): TripFact {
  const row = evolve(null, { type: 'requested', atMs: 1_000, request: requestOf(tripId as TripId, 1_000) });
  return {
    tripId,
    state,
    seq,
    pickupCell: PICKUP,
    searchDeadlineMs: 300_000,
    offeredTo: null,
    driverId: null,
    quoteId: row.quoteId,
    riderId: row.riderId,
    row: { ...row, state, seq },
    ...more,
  };
}

/** The row that these events fold to. */
export function rowOf(events: readonly EventFact[]): Trip {
  const row = events.reduce((before: Trip | null, { event: next }) => evolve(before, next), null);
  if (row === null) throw new Error('no events');
  return row;
}

export function change(epoch: number, lsn: bigint, more: Partial<ShardChangeFact> = {}): ShardChangeFact {
  return { shard: SHARD, epoch, owner: 'matcher-1', retired: false, kind: 'moved', lsn, ...more };
}

/** Two trips of one driver, one after the other, and one that waits. */
export function goodFacts(): DatabaseFacts {
  const [a, b] = [servedTrip('trip_a', 'driver_x', 2, 150n), servedTrip('trip_b', 'driver_x', 5, 160n)];
  const c = [event('trip_c', 1, 'requested')];
  return {
    trips: [
      trip('trip_a', 'completed', 6, { driverId: 'driver_x', row: rowOf(a) }),
      trip('trip_b', 'completed', 6, { driverId: 'driver_x', row: rowOf(b) }),
      trip('trip_c', 'processing', 1, { row: rowOf(c) }),
    ],
    events: [...a, ...b, ...c],
    claims: [],
    shards: [{ shard: SHARD, epoch: 4, owner: 'matcher-2', retired: false }],
    changes: [change(2, 10n), change(3, 100n), change(4, 200n, { owner: 'matcher-2' })],
    quotes: new Set(['quote_a', 'quote_b', 'quote_c']),
    keys: new Set(['rider_a', 'rider_b', 'rider_c'].map((rider) => keyOf(rider, 'key-1'))),
    sessions: new Map([['driver_x', 3]]),
    offline: new Set(['driver_y']),
    slots: [{ riderId: 'rider_c', tripId: 'trip_c' }],
    readAtMs: 100_000,
  };
}

export function goodEntries(): ClientEntry[] {
  const requested = (name: string): ClientEntry[] => {
    const asked = { rider_id: `rider_${name}`, idempotency_key: 'key-1' };
    return [
      { kind: 'quoted', at_ms: 1, sent_ms: 0, quote_id: `quote_${name}` },
      { kind: 'trip_asked', at_ms: 1, ...asked, quote_id: `quote_${name}` },
      { kind: 'trip_requested', at_ms: 1, trip_id: `trip_${name}`, seq: 1, ...asked },
      { kind: 'answered', at_ms: 1, sent_ms: 0, digest: `trip_${name}`, ...asked },
    ];
  };
  const changed = (trip_id: string, change: 'accept' | 'complete', seq: number): ClientEntry => ({
    kind: 'driver_changed',
    at_ms: 2,
    driver_id: 'driver_x',
    change,
    trip_id,
    seq,
  });
  return [
    { kind: 'driver_online', at_ms: 0, driver_id: 'driver_x', session: 3 },
    ...requested('a'),
    ...requested('b'),
    ...requested('c'),
    changed('trip_a', 'accept', 3),
    changed('trip_a', 'complete', 6),
    changed('trip_b', 'accept', 3),
    changed('trip_b', 'complete', 6),
    // The second attempt: the phone had lost the first answer.
    ...requested('a').slice(2),
  ];
}
