import { getPentagons } from 'h3-js';
import { expect, it } from 'vitest';
import { cellKeyAt, cellKeyFromH3 } from './cell-key.ts';
import { neighborKeys } from './cell-neighbors.ts';

it('returns six cells, or five for a pentagon, without the cell itself', () => {
  const hexagon = cellKeyAt(40.7, -74, 7);
  expect(neighborKeys(hexagon)).toHaveLength(6);
  expect(neighborKeys(hexagon)).not.toContain(hexagon);
  expect(neighborKeys(cellKeyFromH3(getPentagons(7)[3]!))).toHaveLength(5);
});
