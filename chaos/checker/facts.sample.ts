import { latLngToCell, cellToParent } from 'h3-js';
import type { ClientEntry } from './client-entry.ts';
import type { DatabaseFacts, DriverFact, EventFact, ShardChangeFact, TripFact } from './facts.ts';

/** A good history in small, for tests that spoil it in one place each. */
export const PICKUP = latLngToCell(38.7139, -9.1394, 9);
export const SHARD = cellToParent(PICKUP, 6);
export const ELSEWHERE = cellToParent(latLngToCell(38.9, -9.4, 9), 6);

export function event(tripId: string, seq: number, type: string, more: Partial<EventFact> = {}): EventFact {
  return {
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
}

export function driver(driverId: string, version: number, more: Partial<DriverFact> = {}): DriverFact {
  return { driverId, version, tripId: null, nextTripId: null, offeredTripId: null, ...more };
}

/** Requested, offered to a driver, accepted, and so on until completed; `version` is the driver's at the offer. */
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

export function trip(tripId: string, state: string, seq: number, more: Partial<TripFact> = {}): TripFact {
  return {
    tripId,
    state,
    seq,
    pickupCell: PICKUP,
    searchDeadlineMs: 300_000,
    offeredTo: null,
    driverId: null,
    ...more,
  };
}

export function change(epoch: number, lsn: bigint, more: Partial<ShardChangeFact> = {}): ShardChangeFact {
  return { shard: SHARD, epoch, owner: 'matcher-1', retired: false, kind: 'moved', lsn, ...more };
}

/** Two trips of one driver, one after the other, and one that waits. */
export function goodFacts(): DatabaseFacts {
  return {
    trips: [
      trip('trip_a', 'completed', 6, { driverId: 'driver_x' }),
      trip('trip_b', 'completed', 6, { driverId: 'driver_x' }),
      trip('trip_c', 'processing', 1),
    ],
    events: [
      ...servedTrip('trip_a', 'driver_x', 2, 150n),
      ...servedTrip('trip_b', 'driver_x', 5, 160n),
      event('trip_c', 1, 'requested'),
    ],
    claims: [],
    shards: [{ shard: SHARD, epoch: 4, owner: 'matcher-2', retired: false }],
    changes: [change(2, 10n), change(3, 100n), change(4, 200n, { owner: 'matcher-2' })],
    readAtMs: 100_000,
  };
}

export function goodEntries(): ClientEntry[] {
  const requested = (trip_id: string): ClientEntry => ({ kind: 'trip_requested', at_ms: 1, trip_id, seq: 1 });
  const changed = (trip_id: string, change: 'accept' | 'complete', seq: number): ClientEntry => ({
    kind: 'driver_changed',
    at_ms: 2,
    driver_id: 'driver_x',
    change,
    trip_id,
    seq,
  });
  return [
    requested('trip_a'),
    requested('trip_b'),
    requested('trip_c'),
    changed('trip_a', 'accept', 3),
    changed('trip_a', 'complete', 6),
    changed('trip_b', 'accept', 3),
    changed('trip_b', 'complete', 6),
  ];
}
