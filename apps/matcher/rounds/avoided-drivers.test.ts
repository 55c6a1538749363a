import { expect, test } from 'vitest';
import { AvoidedDrivers, MAX_AVOIDED_DRIVERS } from './avoided-drivers.ts';

test('a driver whose claim was refused is avoided for a while, unless its status changes', () => {
  const drivers = new AvoidedDrivers();
  drivers.avoid('driver_a', 7, 1_000);
  expect(drivers.isAvoided('driver_a', () => 7, 1_500)).toBe(true);
  expect(drivers.isAvoided('driver_a', () => 8, 1_500)).toBe(false);
  expect(drivers.isAvoided('driver_a', () => 7, 3_000)).toBe(false);
  expect(drivers.isAvoided('driver_b', () => 7, 1_500)).toBe(false);
});

test('the number of remembered drivers is bounded, and the newest stay', () => {
  const drivers = new AvoidedDrivers();
  for (let number = 0; number <= MAX_AVOIDED_DRIVERS; number++) drivers.avoid(`driver_${number}`, 1, 1_000);
  expect(drivers.isAvoided('driver_0', () => 1, 1_000)).toBe(false);
  expect(drivers.isAvoided(`driver_${MAX_AVOIDED_DRIVERS}`, () => 1, 1_000)).toBe(true);
});
