import { describe, expect, test } from 'vitest';
import { NO_TROUBLES } from './options.ts';
import { policyNamed } from './matcher/policies.ts';
import { learnedBefore, type RideTimeSource } from './quoted-rides.ts';
import { Simulation } from './simulation.ts';
import { latticeCity } from './world/lattice-city.ts';
import { StreetCity } from './world/street-city.ts';

const FROM_S = 10 * 3_600;
const TO_S = FROM_S + 2 * 3_600;
/** The measured hour begins at 11:00; its second half half an hour later. */
const SECOND_HALF_S = FROM_S + 5_400;

/** The lattice city with other durations of some rides. */
function city(durationOf: (rideS: number, requestedAtS: number) => number): StreetCity {
  const plain = latticeCity(300);
  return new StreetCity(
    plain.graph,
    plain.rides.map(({ from, to, rideS, requestedAtS }, number) => ({
      tripId: String(number),
      requestedAtS,
      pickup: plain.pointOf(from),
      dropoff: plain.pointOf(to),
      tripS: durationOf(rideS, requestedAtS),
    })),
  );
}

function errors(of: StreetCity, rideTimes: RideTimeSource = 'learned') {
  return new Simulation(of, policyNamed('greedy_road'), {
    fromS: FROM_S,
    toS: TO_S,
    fleet: 60,
    seed: 1,
    matchers: 1,
    maxWaitS: 300,
    roundS: 2,
    pickupRadiusM: 6_000,
    rideTimes,
    troubles: NO_TROUBLES,
  }).run().quoteErrors;
}

describe('a learned quote', () => {
  test('knows nothing of a ride that has not ended', () => {
    const asRecorded = errors(city((rideS) => rideS));
    const otherLater = errors(
      city((rideS, requestedAtS) => (requestedAtS < SECOND_HALF_S ? rideS : 3 * rideS)),
    );
    expect(otherLater.halves[0]).toEqual(asRecorded.halves[0]);
    expect(otherLater.halves[1].street.bias_s).toBeLessThan(asRecorded.halves[1].street.bias_s - 100);
  });

  test('has less bias and error than the street time where streets are slower than they say', () => {
    const { street, learned } = errors(city((rideS) => 1.6 * rideS));
    expect(street.bias_s).toBeLessThan(-120);
    expect(Math.abs(learned.bias_s)).toBeLessThan(0.3 * Math.abs(street.bias_s));
    expect(learned.mae_s).toBeLessThan(0.8 * street.mae_s);
  });

  test('is measured beside the street time, whichever is told', () => {
    const of = city((rideS) => rideS);
    expect(errors(of, 'street').street).toEqual(errors(of, 'learned').street);
  });
});

test('what was learned before the start is of rides that had ended by then', () => {
  const plain = city((rideS) => rideS);
  const startS = FROM_S + 3_600;
  const ended = plain.rides.filter(({ requestedAtS, rideS }) => requestedAtS + rideS < startS);
  expect(learnedBefore(plain, startS, 6).observed).toBe(ended.length);
  const otherEnds = city((rideS, requestedAtS) => (requestedAtS + rideS < startS ? rideS : 9_999));
  expect(learnedBefore(otherEnds, startS, 6)).toEqual(learnedBefore(plain, startS, 6));
  expect(learnedBefore(plain, startS, 0.5).observed).toBeLessThan(ended.length);
});
