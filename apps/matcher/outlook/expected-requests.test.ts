import { expect, test } from 'vitest';
import { expectedRequests } from './expected-requests.ts';

const HERE = { lat: 38.7223, lng: -9.1393 };
const THERE = { lat: 38.7523, lng: -9.1893 };

test('as many requests are expected as there were lately, of all products together', () => {
  const half = { pickups: [HERE, HERE, THERE], spanMs: 30 * 60_000 };
  const values = expectedRequests([half, { pickups: [HERE], spanMs: 15 * 60_000 }]).map(([, value]) => value);
  expect(values).toEqual([2, 0.5]);
});

test('a young memory does not exaggerate', () => {
  expect(expectedRequests([{ pickups: [HERE], spanMs: 0 }]).map(([, value]) => value)).toEqual([3]);
  expect(expectedRequests([])).toEqual([]);
});
