import { expect, test } from 'vitest';
import { newId, type VanishedPhone } from '#libs/contracts';
import { Vanishings, type Candidate } from './vanishings.ts';

const [tripId, driverId] = [newId('trip'), newId('driver')];
const candidate = (state: Candidate['state'], more: Partial<Candidate> = {}): Candidate => ({
  who: 'driver',
  state,
  tripId,
  driverId,
  rideS: 60,
  ...more,
});

test('as many phones vanish as were ordered, in the state that was ordered, and each is reported', () => {
  const gone: VanishedPhone[] = [];
  const vanishings = new Vanishings({ now: () => 7, speed: 1 }, (phone) => gone.push(phone));
  expect(vanishings.takes(candidate('accepted'))).toBe(false);
  vanishings.order({ who: 'driver', state: 'accepted', phones: 2 });
  expect(vanishings.takes(candidate('arrived'))).toBe(false);
  expect(vanishings.takes(candidate('accepted', { who: 'rider' }))).toBe(false);
  expect([1, 2, 3].map(() => vanishings.takes(candidate('accepted')))).toEqual([true, true, false]);
  const phone = { who: 'driver', state: 'accepted', trip_id: tripId, driver_id: driverId, at_ms: 7 };
  expect(gone).toEqual([phone, phone]);
});

test('a long ride keeps its phone', () => {
  const vanishings = new Vanishings({ now: () => 0, speed: 1 }, () => {});
  vanishings.order({ who: 'driver', state: 'in_progress', phones: 1 });
  expect(vanishings.takes(candidate('in_progress', { rideS: 151 }))).toBe(false);
  expect(vanishings.takes(candidate('in_progress', { rideS: 150 }))).toBe(true);
});
