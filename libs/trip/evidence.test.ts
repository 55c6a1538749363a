import { expect, test } from 'vitest';
import { tripRequest } from '../../dev/fixtures/trip-request.ts';
import { greatCircleM } from '#libs/geo';
import {
  decide,
  evolve,
  type Evidence,
  type Place,
  type Sighting,
  type Trip,
  type TripEvent,
} from './index.ts';

const DRIVER = 'driver_a';
const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };
const REQUEST = tripRequest({
  tripId: 'trip_1',
  riderId: 'rider_1',
  quoteId: 'quote_1',
  searchDeadlineAtMs: 100_000,
});
const PICKUP = { lat: 38.7139, lng: -9.1394 };
const DROPOFF = { lat: 38.7135, lng: -9.1567 };
const RULES = {
  maxAgeMs: 30_000,
  arrivalRadiusM: 150,
  startRadiusM: 500,
  dropoffRadiusM: 500,
  maxRideSpeedMps: 50,
};
/** At 50 m/s in a straight line. */
const SHORTEST_MS = (greatCircleM(PICKUP, DROPOFF) / 50) * 1_000;

const north = ({ lat, lng }: Place, meters: number): Place => ({ lat: lat + meters / 111_195, lng });

function tripAt(state: 'accepted' | 'arrived' | 'in_progress'): Trip {
  const history: TripEvent[] = [
    { type: 'requested', atMs: 0, request: { ...REQUEST, pickup: PICKUP, dropoff: DROPOFF } },
    { type: 'driver_assigned', atMs: 0, driver: { driverId: DRIVER, vehicle: VEHICLE, pickupEtaS: 60 } },
    { type: 'arrived', atMs: 0, driverId: DRIVER },
    { type: 'started', atMs: 0, driverId: DRIVER },
  ];
  const events = history.slice(0, { accepted: 2, arrived: 3, in_progress: 4 }[state]);
  return events.reduce<Trip | null>(evolve, null)!;
}

const seen = (point: Place, ageMs = 0): Evidence => ({ point, recordedAtMs: -ageMs, ageMs });
const sightingOf = (evidence: Evidence | null): Sighting => ({ evidence, rules: RULES });

function step(type: 'arrive' | 'start' | 'complete', evidence: Evidence | null, nowMs = SHORTEST_MS) {
  const state = ({ arrive: 'accepted', start: 'arrived', complete: 'in_progress' } as const)[type];
  return decide(tripAt(state), { type, driverId: DRIVER, sighting: sightingOf(evidence) }, nowMs);
}

test.each([
  ['arrive', 150],
  ['start', 500],
] as const)(
  'to %s, the driver is within %d m of the pickup, by a position of the last 30 s',
  (type, radiusM) => {
    const near = seen(north(PICKUP, radiusM - 2), 30_000);
    expect(step(type, near)).toMatchObject({
      outcome: 'changed',
      events: [{ evidence: { ...near, distanceM: expect.closeTo(radiusM - 2, 0) as number } }],
    });
    expect(step(type, seen(north(PICKUP, radiusM + 2)))).toMatchObject({
      outcome: 'refused',
      refusal: 'too_far_from_pickup',
      distanceM: expect.closeTo(radiusM + 2, 0) as number,
    });
    for (const none of [null, seen(PICKUP, 30_001)])
      expect(step(type, none)).toEqual({ outcome: 'refused', refusal: 'no_recent_position' });
  },
);

test('a ride is over no sooner than a car can be at the dropoff, wherever its driver is', () => {
  for (const evidence of [null, seen(PICKUP), seen(DROPOFF)]) {
    expect(step('complete', evidence, SHORTEST_MS - 1)).toMatchObject({
      outcome: 'refused',
      refusal: 'ride_too_short',
      remainingMs: expect.closeTo(1, 3) as number,
    });
    expect(step('complete', evidence, SHORTEST_MS).outcome).toBe('changed');
  }
});

test('a completion far from the dropoff, or without a position, is flagged and allowed', () => {
  const flagsOf = (evidence: Evidence | null): unknown => {
    const decision = step('complete', evidence);
    return decision.outcome === 'changed' && decision.events[0]?.type === 'completed'
      ? decision.events[0].flags
      : decision;
  };
  expect(flagsOf(seen(north(DROPOFF, 498)))).toBeUndefined();
  expect(flagsOf(seen(north(DROPOFF, 502)))).toEqual(['completed_far_from_dropoff']);
  expect(flagsOf(null)).toEqual(['completed_without_position']);
  expect(flagsOf(seen(DROPOFF, 30_001))).toEqual(['completed_without_position']);
});

test('a step that has taken effect needs no evidence, and one out of turn gets no other answer for it', () => {
  const arrived = tripAt('arrived');
  const sighting = sightingOf(null);
  expect(decide(arrived, { type: 'arrive', driverId: DRIVER, sighting }, 0)).toEqual({
    outcome: 'unchanged',
  });
  expect(decide(arrived, { type: 'complete', driverId: DRIVER, sighting }, 0)).toMatchObject({
    refusal: 'illegal_transition',
  });
  expect(decide(arrived, { type: 'start', driverId: 'driver_b', sighting }, 0)).toMatchObject({
    refusal: 'not_the_driver',
  });
});
