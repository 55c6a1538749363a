import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DriverId } from '#libs/trip';
import { SKIPPED } from '../assignment-problem.ts';
import { explainMatches } from './explain-matches.ts';
import type { MatchInput } from './match-input.ts';
import { matchInput } from '../../../dev/fixtures/match-input.ts';
import { matchQuestion } from './match-problem.ts';
import { decideMatches } from './plan-matches.ts';

const explain = (input: MatchInput, isDead: (driverId: DriverId) => boolean = () => false) => {
  const question = matchQuestion(input);
  const plan = decideMatches(input, question, input.etas(question));
  const holders = new Set(input.trips.map(({ driverId }) => driverId));
  return {
    plan,
    explained: explainMatches(plan, {
      shardOf: () => 'north',
      isAsked: (driverId) => !holders.has(driverId),
      placeOf: (driverId) => input.drivers.points[input.drivers.ids.indexOf(driverId)],
      isInDeadPart: (driverId) => isDead(driverId),
    }),
  };
};

test('every trip that waited or got another driver is explained, with only its driver as chosen', () => {
  fc.assert(
    fc.property(matchInput, (input) => {
      const { plan, explained } = explain(input);
      const byTrip = new Map(explained.map((explanation) => [explanation.tripId, explanation]));
      const matched = new Map(plan.matches.map((match) => [match.tripId, match]));
      for (const trip of input.trips) {
        const { tripId, driverId } = trip;
        const match = matched.get(tripId);
        expect(byTrip.has(tripId)).toBe(driverId === undefined || match !== undefined);
        const chosen = byTrip
          .get(tripId)
          ?.candidates.filter(({ reason }) => reason === 'offered' || reason === 'reassigned');
        expect(chosen?.map((candidate) => candidate.driverId) ?? []).toEqual(match ? [match.driverId] : []);
      }
    }),
    { numRuns: 500 },
  );
});

test('the chosen driver costs no more than any that stayed free, and all are within the radius', () => {
  fc.assert(
    fc.property(matchInput, (input) => {
      for (const { candidates } of explain(input).explained) {
        const chosen = candidates.find(({ reason }) => reason === 'offered' || reason === 'reassigned');
        const free = candidates.filter(({ reason }) => reason === 'other_driver_chosen');
        for (const { costS } of free)
          expect(chosen?.costS ?? -Infinity).toBeLessThanOrEqual(costS ?? Infinity);
        for (const { pickupDistanceM } of candidates)
          expect(pickupDistanceM).toBeLessThanOrEqual(input.params.pickupRadiusM);
      }
    }),
    { numRuns: 500 },
  );
});

test('each candidate says whether it stands on streets without a way back', () => {
  fc.assert(
    fc.property(matchInput, (input) => {
      const isDead = (driverId: DriverId): boolean => input.drivers.ids.indexOf(driverId) % 2 === 1;
      for (const { candidates } of explain(input, isDead).explained)
        for (const { driverId, isInDeadPart } of candidates) expect(isInDeadPart).toBe(isDead(driverId));
    }),
    { numRuns: 100 },
  );
});

test('a trip without a driver says why: none near, none in time, or other trips need them more', () => {
  fc.assert(
    fc.property(matchInput, (input) => {
      const { plan, explained } = explain(input);
      for (const { tripId, outcome, candidates } of explained) {
        const row = input.trips.findIndex((trip) => trip.tripId === tripId);
        expect(plan.columnOfRow[row] === SKIPPED).toBe(outcome !== 'offered' && outcome !== 'reassigned');
        const askable = candidates.filter(({ reason }) => reason !== 'not_asked_again');
        expect(askable.length === 0).toBe(outcome === 'no_driver_in_radius');
        const late = askable.length > 0 && askable.every(({ reason }) => reason === 'pickup_too_far');
        expect(late).toBe(outcome === 'pickup_too_far');
      }
    }),
    { numRuns: 500 },
  );
});

test('trips of other matchers, and trips that keep their driver, are not explained', () => {
  fc.assert(
    fc.property(matchInput, (input) => {
      const question = matchQuestion(input);
      const plan = decideMatches(input, question, input.etas(question));
      expect(
        explainMatches(plan, {
          shardOf: () => undefined,
          isAsked: () => true,
          placeOf: () => undefined,
          isInDeadPart: () => false,
        }),
      ).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
