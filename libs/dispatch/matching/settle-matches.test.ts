import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DriverId, TripId } from '#libs/trip';
import { matchInput } from '../../../dev/fixtures/match-input.ts';
import { planMatches } from './plan-matches.ts';
import { settleMatches } from './settle-matches.ts';

test('whichever drivers are refused, every rider with a driver keeps one and no driver has two trips', () => {
  fc.assert(
    fc.property(matchInput, fc.array(fc.nat(20), { maxLength: 4 }), (input, lost) => {
      const matches = planMatches(input);
      const refused = new Set(lost.flatMap((place) => matches[place] ?? []));
      const holders = new Map(
        input.trips.flatMap(({ tripId, driverId }): [DriverId, TripId][] =>
          driverId === undefined ? [] : [[driverId, tripId]],
        ),
      );
      const { stand, fall } = settleMatches(
        matches,
        (driverId) => holders.get(driverId),
        (match) => refused.has(match),
      );
      expect(stand.length + fall.length).toBe(matches.length);
      for (const match of refused) expect(fall).toContain(match);
      const after = new Map(input.trips.map(({ tripId, driverId }) => [tripId, driverId]));
      for (const { tripId, driverId } of stand) after.set(tripId, driverId);
      const busy = [...after.values()].filter((driverId) => driverId !== undefined);
      expect(new Set(busy).size).toBe(busy.length);
      const left = input.trips.filter(
        ({ tripId, driverId }) => driverId !== undefined && after.get(tripId) === undefined,
      );
      expect(left).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

test('without refusals every match stands', () => {
  fc.assert(
    fc.property(matchInput, (input) => {
      const matches = planMatches(input);
      const holderOf = (driverId: DriverId) => input.trips.find((trip) => trip.driverId === driverId)?.tripId;
      expect(settleMatches(matches, holderOf, () => false)).toEqual({ stand: matches, fall: [] });
    }),
    { numRuns: 200 },
  );
});
