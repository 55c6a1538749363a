import { expect, test } from 'vitest';
import { newId, newIdAt, tripId, uuidOf } from './ids.ts';

const AT_MS = Date.parse('2026-03-01T12:34:56.789Z');

test('an id of a given time is a valid id and sorts by that time', () => {
  const id = newIdAt('trip', AT_MS);
  expect(tripId.parse(id)).toBe(id);
  expect(uuidOf('trip', id)).toMatch(/^019ca965-0895-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const ids = [0, 1, 2, 2 ** 33].map((later) => newIdAt('trip', AT_MS + later));
  expect(ids.toSorted()).toEqual(ids);
  expect(newIdAt('trip', Date.now() - 10_000) < newId('trip')).toBe(true);
  expect(newIdAt('trip', AT_MS)).not.toBe(id);
});
