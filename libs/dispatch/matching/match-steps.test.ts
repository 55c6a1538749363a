import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DriverId, TripId } from '#libs/trip';
import type { Match } from './match-input.ts';
import { matchInput } from '../../../dev/fixtures/match-input.ts';
import { matchSteps } from './match-steps.ts';
import { planMatches } from './plan-matches.ts';

/** Applies steps one by one to the drivers of the trips; each step must leave no rider without a driver. */
function applyOneByOne(driverOf: Map<TripId, DriverId>, matches: readonly Match[]): void {
  const taken = (driverId: DriverId) => [...driverOf.values()].includes(driverId);
  for (const { tripId, driverId, replaces } of matches) {
    expect(driverOf.get(tripId)).toBe(replaces);
    expect(taken(driverId)).toBe(false);
    driverOf.set(tripId, driverId);
  }
}

/** Applies a ring at once: each of its drivers takes the place of another one. */
function applyRing(driverOf: Map<TripId, DriverId>, ring: readonly Match[]): void {
  expect(new Set(ring.map(({ driverId }) => driverId))).toEqual(
    new Set(ring.map(({ replaces }) => replaces)),
  );
  for (const { tripId, driverId, replaces } of ring) {
    expect(driverOf.get(tripId)).toBe(replaces);
    driverOf.set(tripId, driverId);
  }
}

test('steps make up the whole plan, and no step leaves a rider without the driver they had', () => {
  fc.assert(
    fc.property(matchInput, (input) => {
      const matches = planMatches(input);
      const held = input.trips.flatMap(({ tripId, driverId }): [DriverId, TripId][] =>
        driverId === undefined ? [] : [[driverId, tripId]],
      );
      const holders = new Map(held);
      const { asks, swaps } = matchSteps(matches, (driverId) => holders.get(driverId));
      const driverOf = new Map(held.map(([driverId, tripId]) => [tripId, driverId]));
      for (const ring of swaps) applyRing(driverOf, ring);
      for (const { match, followUps } of asks) {
        expect(holders.has(match.driverId)).toBe(false);
        applyOneByOne(driverOf, [match, ...followUps]);
      }
      const steps = [...swaps.flat(), ...asks.flatMap(({ match, followUps }) => [match, ...followUps])];
      expect(steps).toHaveLength(matches.length);
      for (const { tripId, driverId } of matches) expect(driverOf.get(tripId)).toBe(driverId);
    }),
    { numRuns: 2_000 },
  );
});

test('in a part of a plan, a driver leaves only a rider who gets another driver in that part', () => {
  fc.assert(
    fc.property(matchInput, fc.infiniteStream(fc.boolean()), (input, ours) => {
      const part = planMatches(input).filter(() => ours.next().value);
      const holders = new Map(
        input.trips.flatMap(({ tripId, driverId }): [DriverId, TripId][] =>
          driverId === undefined ? [] : [[driverId, tripId]],
        ),
      );
      const { asks, swaps } = matchSteps(part, (driverId) => holders.get(driverId));
      for (const ring of swaps) {
        const trips = new Set(ring.map(({ tripId }) => tripId));
        for (const { driverId } of ring) expect(trips).toContain(holders.get(driverId));
      }
      for (const { match, followUps } of asks)
        expect([match, ...followUps].slice(0, -1).map(({ replaces }) => replaces)).toEqual(
          followUps.map(({ driverId }) => driverId),
        );
    }),
    { numRuns: 1_000 },
  );
});

test('a free driver replaces one who goes on to a waiting rider; two drivers on their way change places', () => {
  const match = (tripId: TripId, driverId: DriverId, replaces?: DriverId): Match => ({
    tripId,
    driverId,
    replaces,
    pickupInS: 60,
  });
  const path = [match('trip_1', 'driver_free', 'driver_a'), match('trip_2', 'driver_a')];
  const ring = [match('trip_3', 'driver_c', 'driver_b'), match('trip_4', 'driver_b', 'driver_c')];
  const holders = new Map<DriverId, TripId>([
    ['driver_a', 'trip_1'],
    ['driver_b', 'trip_3'],
    ['driver_c', 'trip_4'],
  ]);
  const { asks, swaps } = matchSteps([path[1]!, ...ring, path[0]!], (driverId) => holders.get(driverId));
  expect(asks).toEqual([{ match: path[0], followUps: [path[1]] }]);
  expect(swaps).toEqual([ring]);
});
