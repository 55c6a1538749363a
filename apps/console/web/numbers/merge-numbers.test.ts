import { expect, test } from 'vitest';
import type { Numbers } from '#libs/contracts';
import { mergeNumbers } from './merge-numbers.ts';

function numbers(atS: number[], series: Record<string, (number | null)[]>): Numbers {
  const named = Object.entries(series).map(([name, values]) => ({ name, values }));
  return { at_s: atS, charts: [{ id: 'pings', title: 'Pings', unit: 'per_s', series: named }] };
}

test('newer points follow the known ones; what began or ended between them has gaps', () => {
  const known = numbers([5, 10], { a: [1, 2], b: [3, 4] });
  const newer = numbers([15], { a: [5], c: [6] });
  expect(mergeNumbers(known, 10)).toEqual(known);
  expect(mergeNumbers(newer, 10, known)).toEqual(
    numbers([5, 10, 15], { a: [1, 2, 5], b: [3, 4, null], c: [null, null, 6] }),
  );
  expect(mergeNumbers(numbers([], { a: [] }), 10, known)).toEqual(known);
});

test('no more points are kept than may be, and no series without any', () => {
  const merged = mergeNumbers(numbers([10, 15], { a: [3, 4] }), 2, numbers([5], { a: [1], b: [2] }));
  expect(merged).toEqual(numbers([10, 15], { a: [3, 4] }));
});
