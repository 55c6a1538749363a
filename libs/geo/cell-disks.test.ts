import * as fc from 'fast-check';
import { getPentagons, gridDisk, gridDistance, latLngToCell } from 'h3-js';
import { describe, expect, it } from 'vitest';
import { CellDisks, neighborKeys } from './cell-disks.ts';
import { cellKeyAt, cellKeyFromH3, cellKeyToH3 } from './cell-key.ts';

const cell = fc.oneof(
  fc
    .tuple(fc.double({ min: -80, max: 80, noNaN: true }), fc.double({ min: -180, max: 180, noNaN: true }))
    .map(([lat, lng]) => latLngToCell(lat, lng, 9)),
  fc.constantFrom(...getPentagons(9)),
);

describe('CellDisks', () => {
  it('gives the disks of H3, nearest rings first, whatever was asked before', () => {
    const disks = new CellDisks(8);
    fc.assert(
      fc.property(cell, fc.nat(4), fc.nat(4), (h3, first, second) => {
        const key = cellKeyFromH3(h3);
        for (const k of [first, second]) {
          const disk = disks.disk(key, k).map(cellKeyToH3);
          expect([...disk].sort()).toEqual([...gridDisk(h3, k)].sort());
          const steps = disk.map((other) => gridDistance(h3, other));
          expect(steps).toEqual([...steps].sort((a, b) => a - b));
        }
        expect(disks.size).toBeLessThanOrEqual(8);
      }),
    );
  });

  it('refuses a disk without bounds', () => {
    expect(() => new CellDisks().rings(cellKeyAt(0, 0, 9), 101)).toThrow(RangeError);
    expect(() => new CellDisks().rings(cellKeyAt(0, 0, 9), -1)).toThrow(RangeError);
  });
});

describe('neighborKeys', () => {
  it('has six cells, of a pentagon five, and not the cell itself', () => {
    const hexagon = cellKeyAt(40.7, -74, 7);
    expect(neighborKeys(hexagon)).toHaveLength(6);
    expect(neighborKeys(hexagon)).not.toContain(hexagon);
    expect(neighborKeys(cellKeyFromH3(getPentagons(7)[3]!))).toHaveLength(5);
  });
});
