import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DriverId } from '#libs/trip';
import type { Match, MatchInput, MatchTrip } from './match-input.ts';
import { axisS, matchInput } from '../../../dev/fixtures/match-input.ts';
import { planMatches } from './plan-matches.ts';

const RUNS = { numRuns: 2_000 };

/** The driver of each trip after the plan is carried out. */
function driversAfter({ trips }: MatchInput, matches: readonly Match[]): Map<string, DriverId | undefined> {
  const after = new Map(trips.map(({ tripId, driverId }) => [tripId as string, driverId]));
  for (const { tripId, driverId } of matches) after.set(tripId, driverId);
  return after;
}

function pickupInS({ drivers }: MatchInput, trip: MatchTrip, driverId: DriverId): number {
  const column = drivers.ids.indexOf(driverId);
  return drivers.availableInS[column]! + axisS(drivers.points[column]!, trip.pickup);
}

describe('planMatches', () => {
  test('leaves no rider without the driver they had, and gives no driver twice', () => {
    fc.assert(
      fc.property(matchInput, (input) => {
        const after = driversAfter(input, planMatches(input));
        const left = input.trips.filter(
          ({ tripId, driverId }) => driverId !== undefined && after.get(tripId) === undefined,
        );
        expect(left).toEqual([]);
        const busy = [...after.values()].filter((driverId) => driverId !== undefined);
        expect(new Set(busy).size).toBe(busy.length);
      }),
      RUNS,
    );
  });

  test('respects products, exclusions and the longest wait, unless it shortens a longer one, and gives the time to the pickup', () => {
    fc.assert(
      fc.property(matchInput, (input) => {
        const trips = new Map(input.trips.map((trip) => [trip.tripId, trip]));
        for (const { tripId, driverId, pickupInS: saidS, replaces } of planMatches(input)) {
          const trip = trips.get(tripId)!;
          expect(input.drivers.products[input.drivers.ids.indexOf(driverId)]).toBe(trip.product);
          expect(trip.excludedDriverIds).not.toContain(driverId);
          expect(saidS).toBeCloseTo(pickupInS(input, trip, driverId), 6);
          // A rider who would wait too long for its present driver may get another one who is sooner there.
          const presentS = trip.driverId === undefined ? 0 : pickupInS(input, trip, trip.driverId);
          const waitedS = (input.nowMs - trip.requestedAtMs) / 1_000;
          expect(saidS).toBeLessThanOrEqual(Math.max(presentS, input.params.maxWaitS - waitedS));
          expect(replaces).toBe(trip.driverId);
        }
      }),
      RUNS,
    );
  });

  test('replaces the driver of a trip at most as often as allowed', () => {
    fc.assert(
      fc.property(matchInput, (input) => {
        const settled = new Set(
          input.trips
            .filter(({ swaps }) => swaps >= input.params.maxSwapsPerTrip)
            .map(({ tripId }) => tripId),
        );
        for (const { tripId, replaces } of planMatches(input))
          expect(replaces !== undefined && settled.has(tripId)).toBe(false);
      }),
      RUNS,
    );
  });

  test('is stable: a second plan right after the first one is carried out changes nothing', () => {
    fc.assert(
      fc.property(matchInput, (input) => {
        const after = driversAfter(input, planMatches(input));
        const again = {
          ...input,
          trips: input.trips.map((trip) => ({ ...trip, driverId: after.get(trip.tripId) })),
        };
        expect(planMatches(again)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('leaves no rider waiting whom an idle driver should serve', () => {
    fc.assert(
      fc.property(matchInput, (input) => {
        const after = driversAfter(input, planMatches(input));
        const busy = new Set(after.values());
        const idle = input.drivers.ids.filter((driverId) => !busy.has(driverId));
        for (const trip of input.trips) {
          const left = input.params.lostRiderS - input.params.rideWeight * input.driverTimePrice * trip.rideS;
          if (after.get(trip.tripId) !== undefined) continue;
          for (const driverId of idle) {
            const column = input.drivers.ids.indexOf(driverId);
            const seconds = pickupInS(input, trip, driverId);
            const mayServe =
              input.drivers.products[column] === trip.product &&
              !trip.excludedDriverIds.includes(driverId) &&
              seconds + (input.nowMs - trip.requestedAtMs) / 1_000 <= input.params.maxWaitS &&
              (1 + input.driverTimePrice) * seconds < left - 0.01;
            expect(mayServe).toBe(false);
          }
        }
      }),
      RUNS,
    );
  });

  test('is empty without trips or without drivers', () => {
    fc.assert(
      fc.property(matchInput, (input) => {
        expect(planMatches({ ...input, trips: [] })).toEqual([]);
        const nobody = { ids: [], products: [], points: [], availableInS: [], spreadS: [] };
        expect(planMatches({ ...input, drivers: nobody })).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});
