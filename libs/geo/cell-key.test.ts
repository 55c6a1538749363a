import * as fc from 'fast-check';
import { cellToChildren, cellToParent, getPentagons, getRes0Cells, getResolution, latLngToCell } from 'h3-js';
import { describe, expect, it } from 'vitest';
import {
  cellKeyAt,
  cellKeyFromH3,
  cellKeyRes,
  cellKeyToBigInt,
  cellKeyToH3,
  childKeys,
  descendantRange,
  isAncestor,
  MAX_CELL_KEY_RES,
  parentKey,
  parseCellKey,
  pickupCellOf,
  positionCellOf,
  shardCellOf,
} from './cell-key.ts';

const lat = fc.double({ min: -90, max: 90, noNaN: true });
const lng = fc.double({ min: -180, max: 180, noNaN: true });
const resolution = fc.integer({ min: 0, max: MAX_CELL_KEY_RES });

/** Any cell; pentagons and the last base cell are drawn more often. */
const cell = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(lat, lng, resolution).map(([lat, lng, res]) => latLngToCell(lat, lng, res)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(resolution, fc.nat(11)).map(([res, which]) => getPentagons(res)[which]!),
  },
  { weight: 1, arbitrary: fc.constantFrom(...getRes0Cells()) },
);

describe('cell keys', () => {
  it('are safe integers that convert back to their cell', () => {
    fc.assert(
      fc.property(cell, (h3) => {
        const key = cellKeyFromH3(h3);
        expect(Number.isSafeInteger(key)).toBe(true);
        expect(cellKeyToH3(key)).toBe(h3);
        expect(cellKeyRes(key)).toBe(getResolution(h3));
        expect(parseCellKey(h3)).toBe(key);
      }),
      { numRuns: 2000 },
    );
  });

  it('fit at resolution 14 for the last base cell, and not at 15', () => {
    const last = getRes0Cells().at(-1)!;
    const finest = cellToChildren(last, 1).at(-1)!;
    let deepest = finest;
    while (getResolution(deepest) < 14) deepest = cellToChildren(deepest, getResolution(deepest) + 1).at(-1)!;
    expect(Number.isSafeInteger(cellKeyFromH3(deepest))).toBe(true);
    expect(() => cellKeyFromH3(latLngToCell(0, 0, 15))).toThrow(RangeError);
    expect(parseCellKey(latLngToCell(0, 0, 15))).toBeUndefined();
  });

  it('of resolution 7 and coarser are below 2^31', () => {
    const last = getRes0Cells().at(-1)!;
    const largest = Math.max(
      ...cellToChildren(last, 5).map((child) => cellKeyFromH3(cellToChildren(child, 7).at(-1)!)),
    );
    expect(largest).toBeLessThan(2 ** 31);
  });

  it.each([
    '',
    'x',
    '8928308280fffff0',
    '0x8928308280fffff',
    '8928308280FFFFF',
    '1928308280fffff',
    'fffffffffffffff',
  ])('refuse the foreign text "%s"', (text) => {
    expect(parseCellKey(text)).toBeUndefined();
  });

  it('survive a round trip through Postgres', () => {
    fc.assert(
      fc.property(cell, (h3) => {
        const key = cellKeyFromH3(h3);
        expect(cellKeyToBigInt(key)).toBe(BigInt(`0x${h3}`).toString());
      }),
    );
  });
});

describe('parents and children', () => {
  it('agree with H3', () => {
    fc.assert(
      fc.property(cell, fc.nat(MAX_CELL_KEY_RES), (h3, up) => {
        const key = cellKeyFromH3(h3);
        const res = getResolution(h3);
        fc.pre(up <= res);
        const parent = cellToParent(h3, up);
        expect(cellKeyToH3(parentKey(key, up))).toBe(parent);
        expect(isAncestor(cellKeyFromH3(parent), key)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('have the children of H3, pentagons too', () => {
    fc.assert(
      fc.property(cell, (h3) => {
        const res = getResolution(h3);
        fc.pre(res < MAX_CELL_KEY_RES);
        expect(childKeys(cellKeyFromH3(h3)).map(cellKeyToH3)).toEqual(cellToChildren(h3, res + 1));
      }),
    );
  });

  it('are not ancestors of unrelated cells, nor of their own ancestors', () => {
    fc.assert(
      fc.property(cell, cell, (a, b) => {
        const contains = getResolution(a) <= getResolution(b) && cellToParent(b, getResolution(a)) === a;
        expect(isAncestor(cellKeyFromH3(a), cellKeyFromH3(b))).toBe(contains);
      }),
    );
    const key = cellKeyAt(40.7, -74, 9);
    expect(isAncestor(key, parentKey(key, 6))).toBe(false);
    expect(() => parentKey(key, 10)).toThrow(RangeError);
  });

  it('derive every coarser cell of a point from its resolution 9 cell', () => {
    fc.assert(
      fc.property(lat, lng, (lat, lng) => {
        const pickup = latLngToCell(lat, lng, 9);
        expect(cellKeyToH3(pickupCellOf({ lat, lng }))).toBe(pickup);
        expect(cellKeyToH3(positionCellOf({ lat, lng }))).toBe(cellToParent(pickup, 7));
        expect(cellKeyToH3(shardCellOf({ lat, lng }))).toBe(cellToParent(pickup, 6));
      }),
    );
  });
});

describe('descendantRange', () => {
  const inRange = (h3: string, [lo, hi]: readonly [string, string]) => {
    const index = BigInt(`0x${h3}`);
    return index >= BigInt(lo) && index <= BigInt(hi);
  };

  it('starts and ends with a descendant and contains all of them, for pentagons too', () => {
    fc.assert(
      fc.property(cell, fc.integer({ min: 0, max: 3 }), (h3, steps) => {
        const res = getResolution(h3) + steps;
        fc.pre(res <= MAX_CELL_KEY_RES);
        const range = descendantRange(cellKeyFromH3(h3), res);
        const indexes = cellToChildren(h3, res).map((child) => BigInt(`0x${child}`).toString());
        expect(indexes.every((index) => inRange(BigInt(index).toString(16), range))).toBe(true);
        expect([indexes[0], indexes.at(-1)]).toEqual(range);
      }),
      { numRuns: 300 },
    );
  });

  it('contains no cell of that resolution with another ancestor', () => {
    fc.assert(
      fc.property(cell, cell, fc.boolean(), (h3, other, isNear) => {
        const res = getResolution(h3);
        fc.pre(getResolution(other) >= res);
        // A sibling of the cell is the likeliest false match.
        const siblings = res > 0 ? cellToChildren(cellToParent(h3, res - 1), res) : [];
        for (const stranger of isNear
          ? siblings.flatMap((sibling) => cellToChildren(sibling, res))
          : [other]) {
          const range = descendantRange(cellKeyFromH3(h3), getResolution(stranger));
          expect(inRange(stranger, range)).toBe(cellToParent(stranger, res) === h3);
        }
      }),
    );
  });

  it('refuses a coarser resolution', () => {
    expect(() => descendantRange(cellKeyAt(0, 0, 9), 8)).toThrow(RangeError);
  });
});
