import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DriverId } from '#libs/trip';
import { DEFAULT_MATCH_PARAMS, type Match, type MatchInput, type MatchTrip } from './match-input.ts';
import { axisEtas, axisS, matchInput } from '../../../dev/fixtures/match-input.ts';
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

  describe('with a rider who waits too long', () => {
    const HERE = { lat: 38.7, lng: -9.1 };
    /** A driver so many seconds north of the rider. */
    const away = (seconds: number) => ({ lat: HERE.lat + (seconds * 8) / 111_000, lng: HERE.lng });
    const round = (
      waitedS: number,
      driversInS: readonly number[],
      change: Partial<MatchInput> = {},
      held = true,
    ) =>
      planMatches({
        trips: [
          {
            tripId: 'trip_0',
            product: 'standard',
            pickup: HERE,
            rideS: 600,
            requestedAtMs: 1_000_000 - waitedS * 1_000,
            excludedDriverIds: [],
            pausedDriverIds: [],
            driverId: held ? 'driver_0' : undefined,
            swaps: 0,
          },
        ],
        drivers: {
          ids: driversInS.map((_, number): DriverId => `driver_${number}`),
          products: driversInS.map(() => 'standard'),
          points: driversInS.map(away),
          availableInS: driversInS.map(() => 0),
          spreadS: driversInS.map(() => 0),
        },
        nowMs: 1_000_000,
        etas: axisEtas,
        driverTimePrice: 0,
        approachMps: 8,
        driveRatio: 1,
        driveSpread: 0,
        params: { ...DEFAULT_MATCH_PARAMS, maxWaitS: 300 },
        ...change,
      }).map(({ driverId }) => driverId);

    test('changes the driver only for one who is there sooner', () => {
      expect(round(320, [200, 150])).toEqual(['driver_1']);
      expect(round(320, [150, 200])).toEqual([]);
    });

    test('lets one without a driver have any, and those who can be in time no late one', () => {
      expect(round(320, [200], {}, false)).toEqual(['driver_0']);
      expect(round(200, [150], {}, false)).toEqual([]);
      expect(round(200, [90], {}, false)).toEqual(['driver_0']);
    });

    test('asks nobody who may well be late, although expected in time', () => {
      expect(round(200, [90], { driveSpread: 0.05 }, false)).toEqual(['driver_0']);
      expect(round(200, [90], { driveSpread: 0.5 }, false)).toEqual([]);
      expect(round(200, [90], { driveRatio: 1.3 }, false)).toEqual([]);
    });
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
