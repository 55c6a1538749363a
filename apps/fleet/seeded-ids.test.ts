import { expect, test } from 'vitest';
import { driverId, riderId } from '#libs/contracts';
import { seededDriverId, seededIdempotencyKey, seededRiderId } from './seeded-ids.ts';

test('seeded ids fit the contract, are unique and are the same in every run', () => {
  const drivers = Array.from({ length: 2000 }, (_, index) => seededDriverId(7, index));
  expect(new Set(drivers).size).toBe(2000);
  expect(drivers.every((id) => driverId.safeParse(id).success)).toBe(true);
  expect(drivers.toSorted()).toEqual(drivers);
  expect(seededDriverId(7, 5)).toBe(drivers[5]);
  expect(seededDriverId(8, 5)).not.toBe(drivers[5]);
  expect(riderId.safeParse(seededRiderId(7, 1)).success).toBe(true);
});

test('an idempotency key names run, purpose and rider', () => {
  const key = seededIdempotencyKey(1, 'trip', 3, 'run-a');
  expect(seededIdempotencyKey(1, 'trip', 3, 'run-a')).toBe(key);
  expect(seededIdempotencyKey(1, 'trip', 3, 'run-b')).not.toBe(key);
  expect(seededIdempotencyKey(1, 'cancel', 3, 'run-a')).not.toBe(key);
});
