import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { blocksOf, halvesOf } from './blocks.ts';

const rowsOfColumns = fc.array(fc.uniqueArray(fc.nat(30), { maxLength: 12 }), { maxLength: 12 });

test('every pair is in one matrix, which has its row and column, and no matrix is too large', () => {
  fc.assert(
    fc.property(rowsOfColumns, fc.integer({ min: 2, max: 20 }), (rows, maxPlaces) => {
      const columns = Uint32Array.from(rows.flat());
      const rowStarts = Uint32Array.of(0, ...rows.map((_, row) => rows.slice(0, row + 1).flat().length));
      const origins = Array.from({ length: 31 }, () => ({ lat: 0, lng: 0 }));
      const pickups = rows.map(() => ({ lat: 0, lng: 0 }));
      const blocks = blocksOf({ pickups, origins, rowStarts, columns }, maxPlaces);
      const pairs = blocks.flatMap((block) => block.pairs);
      expect(pairs.map(({ pair }) => pair)).toEqual([...columns.keys()]);
      for (const block of blocks) {
        expect(block.rows.length + block.columns.length).toBeLessThanOrEqual(maxPlaces);
        for (const { pair, row, column } of block.pairs) {
          expect(column).toBe(columns[pair]);
          expect(rowStarts[row]!).toBeLessThanOrEqual(pair);
          expect(rowStarts[row + 1]!).toBeGreaterThan(pair);
          expect(block.rows).toContain(row);
          expect(block.columns).toContain(column);
        }
      }
    }),
  );
});

test('the halves of a matrix have its pairs, each once, but for those of the refused place', () => {
  fc.assert(
    fc.property(rowsOfColumns, fc.option(fc.nat(25), { nil: undefined }), (rows, refusedPlace) => {
      const columns = Uint32Array.from(rows.flat());
      const rowStarts = Uint32Array.of(0, ...rows.map((_, row) => rows.slice(0, row + 1).flat().length));
      const [block] = blocksOf({ pickups: [], origins: [], rowStarts, columns }, 1_000);
      if (block === undefined) return;
      const halves = halvesOf(block, refusedPlace);
      const places = [...block.columns.map((id) => `c${id}`), ...block.rows.map((id) => `r${id}`)];
      const refused = places[refusedPlace ?? -1];
      const left = block.pairs.filter(
        ({ row, column }) => ![`c${column}`, `r${row}`].includes(refused ?? ''),
      );
      const byPair = (a: { pair: number }, b: { pair: number }) => a.pair - b.pair;
      const parts = halves.flatMap(({ pairs }) => pairs).toSorted(byPair);
      expect(parts).toEqual(block.pairs.length === 1 ? [] : left);
      for (const half of halves) expect(half.pairs.length).toBeLessThan(block.pairs.length);
    }),
  );
});
