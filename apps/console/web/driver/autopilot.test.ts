import { describe, expect, it } from 'vitest';
import type { DriverOffer, DriverTrip } from '#sdk';
import { ownAct, ownTarget, type Situation } from './autopilot.ts';

const PICKUP = { lat: 38.72, lng: -9.14 };
const DROPOFF = { lat: 38.73, lng: -9.13 };
/** Some 40 m from the pickup. */
const NEAR_PICKUP = { lat: 38.7204, lng: -9.14 };

function tripIn(state: DriverTrip['state']): DriverTrip {
  return { trip_id: 'trip_1', state, pickup: PICKUP, dropoff: DROPOFF } as DriverTrip;
}

function situation(part: Partial<Situation>): Situation {
  return {
    mode: 'everything',
    status: 'on_trip',
    offer: undefined,
    trip: undefined,
    hint: undefined,
    at: PICKUP,
    ...part,
  };
}

describe('a driver that does everything', () => {
  it('accepts what is offered, also during a ride', () => {
    const offer = { offer_id: 'offer_1' } as DriverOffer;
    expect(ownAct(situation({ offer, status: 'offered' }))).toEqual({ kind: 'accept', offer });
    expect(ownAct(situation({ offer, trip: tripIn('in_progress') }))).toEqual({ kind: 'accept', offer });
  });

  it.each([
    ['accepted', PICKUP, 'arrive'],
    ['arrived', PICKUP, 'start'],
    ['in_progress', DROPOFF, 'complete'],
  ] as const)('in %s drives to the place, and says so there only', (state, place, step) => {
    const trip = tripIn(state);
    expect(ownTarget(situation({ trip }))).toBe(place);
    expect(ownAct(situation({ trip, at: place }))).toEqual({ kind: step, trip });
    expect(ownAct(situation({ trip, at: NEAR_PICKUP }))).toBeUndefined();
  });

  it('follows a hint while it is free, and no hint during a ride', () => {
    const hint = { lat: 38.71, lng: -9.15 };
    expect(ownTarget(situation({ hint, status: 'free' }))).toBe(hint);
    expect(ownTarget(situation({ hint, trip: tripIn('accepted') }))).toBe(PICKUP);
  });
});

it('a car that drives by itself leaves answers and steps to the person', () => {
  const trip = tripIn('accepted');
  expect(ownTarget(situation({ mode: 'drives', trip }))).toBe(PICKUP);
  expect(ownAct(situation({ mode: 'drives', trip }))).toBeUndefined();
  expect(ownTarget(situation({ mode: 'manual', trip }))).toBeUndefined();
});
