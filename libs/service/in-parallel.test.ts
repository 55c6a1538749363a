import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inParallel } from './in-parallel.ts';

test('handles each item once, and never more items at once than the limit', async () => {
  const done: number[] = [];
  let busy = 0;
  let busiest = 0;
  await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    busiest = Math.max(busiest, ++busy);
    await turn();
    busy--;
    done.push(item);
  });
  expect(done.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(busiest).toBe(3);
});
