import { describe, expect, test } from 'vitest';
import type { Point } from '#libs/geo';
import { positionCellOf } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import type { OpenTrip } from '../open-trip.ts';
import type { DriverStatusChange } from '../supply-event.ts';
import { SupplyIndex } from '../supply-index.ts';
import type { RideEnd } from './end-errors.ts';
import { RideWatch } from './ride-watch.ts';
import { roundScene, type RoundSight } from './round-scene.ts';
import { isUncontested } from './uncontested.ts';

const NOW_MS = 1_000_000;
const HERE: Point = { lat: 38.72, lng: -9.14 };
const END: Point = { lat: 38.73, lng: -9.15 };

function trip(name: string, change: Partial<OpenTrip> = {}): OpenTrip {
  return {
    tripId: `trip_${name}`,
    shard: 'north',
    product: 'standard',
    pickup: HERE,
    dropoff: END,
    rideS: 600,
    requestedAtMs: NOW_MS - 10_000,
    searchDeadlineAtMs: NOW_MS + 60_000,
    excludedDriverIds: [],
    pauses: [],
    offered: false,
    driverId: undefined,
    swaps: 0,
    version: 1,
    ...change,
  };
}

function supplyOf(drivers: Readonly<Record<DriverId, Partial<DriverStatusChange>>>): SupplyIndex {
  const supply = new SupplyIndex({ capacity: 20 });
  for (const [id, status] of Object.entries(drivers)) {
    const driverId = id as DriverId;
    const positionCell = positionCellOf(HERE);
    const ping = { driverId, session: 1, seq: 1, ...HERE, product: 'standard', left: false };
    const free = { status: 'free', statusVersion: 1, freeAtMs: 0 } as const;
    supply.applyReport({ ...ping, ...free, ...status }, positionCell, NOW_MS);
  }
  return supply;
}

/** Ends as predicted from progress; other rides end as quoted. */
const ENDS: Readonly<Record<DriverId, RideEnd>> = { driver_late: { meanS: 25, spreadS: 12 } };

const riding = (freeAtMs: number, more: Partial<DriverStatusChange> = {}) =>
  ({ status: 'on_trip', freeAtMs, rideEnd: END, ...more }) as const;

function scene(demand: OpenTrip[], supply: SupplyIndex, change: Partial<RoundSight> = {}) {
  return roundScene({
    demand,
    supply,
    nowMs: NOW_MS,
    chainHorizonS: 100,
    rideEnds: { endOf: (driverId) => ENDS[driverId] },
    heldTrips: new Set(),
    avoided: () => false,
    ...change,
  });
}

describe('the drivers of a round', () => {
  test('are the free ones, and those whose ride ends soon with place and time of its end', () => {
    const supply = supplyOf({
      driver_free: {},
      driver_asked: { status: 'offered' },
      driver_soon: riding(NOW_MS + 40_000),
      driver_late: riding(NOW_MS - 5_000),
      driver_later: riding(NOW_MS + 101_000),
      driver_booked: riding(NOW_MS + 40_000, { booked: true }),
      driver_coming: { status: 'on_trip' },
    });
    const { drivers } = scene([trip('a')], supply);
    expect(drivers.ids).toEqual(['driver_free', 'driver_soon', 'driver_late']);
    // Quoted to be free 5 s ago, but predicted from its progress.
    expect(Array.from(drivers.availableInS)).toEqual([0, 40, 25]);
    expect(Array.from(drivers.spreadS)).toEqual([0, 0, 12]);
    expect(drivers.points).toEqual([expect.objectContaining({ lat: HERE.lat }), END, END]);
  });

  test('are also those on the way to one of its trips, each once, also after a ride before it', () => {
    const supply = supplyOf({
      driver_coming: { status: 'on_trip' },
      driver_chained: riding(NOW_MS + 200_000, { booked: true }),
    });
    const demand = [
      trip('a', { driverId: 'driver_coming' }),
      trip('b', { driverId: 'driver_chained' }),
      trip('c', { driverId: 'driver_unseen' }),
    ];
    const { trips, drivers } = scene(demand, supply);
    expect(trips.map(({ tripId }) => tripId)).toEqual(['trip_a', 'trip_b']);
    expect(drivers.ids).toEqual(['driver_coming', 'driver_chained']);
    expect(Array.from(drivers.availableInS)).toEqual([0, 200]);
  });

  test('are not those whose claim was just refused', () => {
    const supply = supplyOf({ driver_free: {}, driver_soon: riding(NOW_MS + 40_000) });
    expect(scene([trip('a')], supply, { avoided: () => true }).drivers.ids).toEqual([]);
  });
});

test('the trips of a round are those without an open offer and before their search deadline', () => {
  const supply = supplyOf({ driver_coming: { status: 'on_trip' } });
  const over = { searchDeadlineAtMs: NOW_MS };
  const demand = [
    trip('coming', { driverId: 'driver_coming', ...over }),
    trip('late', { requestedAtMs: NOW_MS - 1_000 }),
    trip('early'),
    trip('offered', { offered: true }),
    trip('over', over),
    trip('held'),
  ];
  const { trips } = scene(demand, supply, { heldTrips: new Set(['trip_held']) });
  expect(trips.map(({ tripId }) => tripId)).toEqual(['trip_early', 'trip_late', 'trip_coming']);
});

test('a ride watch reports how long drivers were empty, and where', () => {
  const watch = new RideWatch();
  const supply = supplyOf({ driver_a: riding(NOW_MS + 10_000) });
  const look = (atMs: number) => watch.look(supply.ridingDrivers(), atMs, () => true);
  const become = (statusVersion: number, change: Partial<DriverStatusChange>) =>
    supply.applyStatus({ driverId: 'driver_a', status: 'free', statusVersion, freeAtMs: 0, ...change });
  expect(look(NOW_MS)).toEqual([]);
  become(2, {});
  expect(look(NOW_MS + 10_000)).toEqual([]);
  become(3, { status: 'on_trip' });
  expect(look(NOW_MS + 60_000)).toEqual([]);
  // The ride begins without a status change.
  become(3, riding(NOW_MS + 400_000));
  expect(look(NOW_MS + 100_000)).toEqual([{ rideEnd: END, emptyS: 90 }]);
  expect(look(NOW_MS + 101_000)).toEqual([]);
  become(4, {});
  look(NOW_MS + 400_000);
  become(5, riding(NOW_MS + 9_000_000));
  expect(look(NOW_MS + 8_000_000)).toEqual([]);
});

test('a ride watch does not take a driver out of sight for one whose ride has ended', () => {
  const watch = new RideWatch();
  const driver = {
    driverId: 'driver_a',
    point: HERE,
    rideEnd: END,
    freeAtMs: 0,
    product: 'standard',
    booked: false,
  } as const;
  watch.look([driver], NOW_MS, () => true);
  watch.look([], NOW_MS + 10_000, () => false);
  expect(watch.look([driver], NOW_MS + 40_000, () => true)).toEqual([]);
});

test('a driver with a pause is not asked before its end, and is explained as asked again later', () => {
  const untilMs = NOW_MS + 5_000;
  const demand = [trip('a', { pauses: [{ driverId: 'driver_a', untilMs, silences: 1 }] })];
  const at = (nowMs: number) => {
    const { trips } = scene(demand, supplyOf({ driver_a: {} }), { nowMs });
    return trips.map(({ excludedDriverIds, pausedDriverIds }) => ({ excludedDriverIds, pausedDriverIds }));
  };
  expect(at(untilMs - 1)).toEqual([{ excludedDriverIds: ['driver_a'], pausedDriverIds: ['driver_a'] }]);
  expect(at(untilMs)).toEqual([{ excludedDriverIds: [], pausedDriverIds: [] }]);
});

describe('a waiting trip is uncontested', () => {
  const supply = supplyOf({ driver_free: {} });
  const asks = (demand: OpenTrip[], who = supply) => isUncontested(trip('a'), demand, who, 4_000, NOW_MS);

  test('if no other waiting trip could use its nearest driver', () => {
    expect(asks([trip('a')])).toBe(true);
    expect(
      asks([trip('a'), trip('offered', { offered: true }), trip('driven', { driverId: 'driver_b' })]),
    ).toBe(true);
    expect(asks([trip('a'), trip('other', { product: 'xl' })])).toBe(true);
    expect(asks([trip('a'), trip('away', { pickup: { lat: 38.9, lng: -9.14 } })])).toBe(true);
  });

  test('and not if another one could, or there is no driver', () => {
    expect(asks([trip('a'), trip('b')])).toBe(false);
    expect(asks([trip('a')], supplyOf({ driver_busy: { status: 'on_trip' } }))).toBe(false);
  });
});
