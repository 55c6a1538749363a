import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { driverDecisions } from './driver-decisions.ts';

const HABITS = { acceptProbability: 0.9, cancelProbability: 0.1, followProbability: 0.3 };

test('a decision depends on the seed, the driver and the number of the question, not on other questions', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (seed, driver, count) => {
      const one = driverDecisions(seed, driver, HABITS);
      const other = driverDecisions(seed, driver, HABITS);
      other.offer(count + 1);
      other.idle(count);
      expect(other.offer(count)).toEqual(one.offer(count));
      expect(other.trip(count)).toEqual(one.trip(count));
      expect(other.idle(count)).toEqual(one.idle(count));
    }),
  );
});

test('answers come within 1 to 4 seconds, in the configured shares', () => {
  const decisions = driverDecisions(1, 1, HABITS);
  const offers = Array.from({ length: 10_000 }, (_, count) => decisions.offer(count));
  const share = (answer: string): number => offers.filter((offer) => offer.answer === answer).length / 10_000;
  expect(share('accept')).toBeCloseTo(0.9, 1);
  expect(share('decline')).toBeGreaterThan(share('ignore'));
  expect(share('ignore')).toBeGreaterThan(0);
  expect(offers.every(({ thinkMs }) => thinkMs >= 1_000 && thinkMs < 4_000)).toBe(true);
  const trips = Array.from({ length: 10_000 }, (_, count) => decisions.trip(count));
  expect(trips.filter(({ cancelAtShare }) => cancelAtShare !== null).length / 10_000).toBeCloseTo(0.1, 1);
});

test('a driver with acceptance probability 1 never declines', () => {
  const decisions = driverDecisions(1, 1, {
    acceptProbability: 1,
    cancelProbability: 0,
    followProbability: 0,
  });
  for (let count = 0; count < 1000; count++) {
    expect(decisions.offer(count).answer).toBe('accept');
    expect(decisions.trip(count).cancelAtShare).toBeNull();
  }
});

test('the configured share of drivers follows hints, always the same ones', () => {
  const followers = Array.from(
    { length: 5_000 },
    (_, driver) => driverDecisions(1, driver, HABITS).followsHints,
  );
  expect(followers.filter(Boolean).length / 5_000).toBeCloseTo(0.3, 1);
  expect(followers).toEqual(followers.map((_, driver) => driverDecisions(1, driver, HABITS).followsHints));
});
