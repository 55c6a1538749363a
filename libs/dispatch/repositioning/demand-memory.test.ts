import { expect, test } from 'vitest';
import { DemandMemory, MAX_REMEMBERED_REQUESTS } from './demand-memory.ts';

const at = (second: number) => ({ lat: second / 1_000, lng: 0 });

test('remembers requests for its time span, and samples places spread over that time', () => {
  const memory = new DemandMemory(600_000);
  for (let second = 0; second < 1_200; second += 10) memory.note(at(second), second * 1_000);
  const seconds = memory.sample(6, 1_200_000).map(({ lat }) => Math.round(lat * 1_000));
  expect(seconds).toEqual([1_190, 1_100, 1_000, 900, 800, 700]);
});

test('returns no more places than requests, and none once they are too old', () => {
  const memory = new DemandMemory(600_000);
  memory.note(at(1), 1_000);
  expect(memory.sample(5, 2_000)).toEqual([at(1)]);
  expect(memory.sample(5, 700_000)).toEqual([]);
});

test('forgets the oldest requests when full', () => {
  const memory = new DemandMemory(Infinity);
  for (let count = 0; count <= MAX_REMEMBERED_REQUESTS; count++) memory.note(at(count), count);
  const known = memory.sample(MAX_REMEMBERED_REQUESTS, MAX_REMEMBERED_REQUESTS);
  expect(known.length).toBeLessThanOrEqual(MAX_REMEMBERED_REQUESTS);
  expect(known[0]).toEqual(at(MAX_REMEMBERED_REQUESTS));
});
