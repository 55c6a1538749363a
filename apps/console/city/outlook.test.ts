import { expect, test } from 'vitest';
import { joinedOutlook } from './outlook.ts';

test('a cell of two matchers has the requests of both', () => {
  const outlook = joinedOutlook([
    { expected: [['a', 0.1]], prices: [['s', 1]] },
    {
      expected: [
        ['a', 0.2],
        ['b', 1],
      ],
      prices: [['t', 0]],
    },
  ]);
  expect([...outlook.expected]).toEqual([
    ['a', 0.3],
    ['b', 1],
  ]);
  expect([...outlook.prices]).toEqual([
    ['s', 1],
    ['t', 0],
  ]);
});
