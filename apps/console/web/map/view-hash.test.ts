import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HEX_LAYERS } from '../../protocol/map-messages.ts';
import { readHash, writeHash } from './view-hash.ts';

const view = fc.record({
  lat: fc.integer({ min: -8_500_000, max: 8_500_000 }).map((e5) => e5 / 1e5),
  lng: fc.integer({ min: -18_000_000, max: 18_000_000 }).map((e5) => e5 / 1e5),
  zoom: fc.integer({ min: 0, max: 2_200 }).map((e2) => e2 / 100),
});
const selection = fc.record({
  kind: fc.constantFrom('car' as const, 'trip' as const, 'shard' as const),
  id: fc.constantFrom(
    'driver_01k3q8v5mce9ts9wz2hbhvdz1q',
    'trip_01k3q8v5mce9ts9wz2hbhvdz1q',
    '861f1d48fffffff',
  ),
});

test('what is written is read again', () => {
  const hashes = fc.record({
    view: fc.option(view, { nil: undefined }),
    layer: fc.constantFrom(...HEX_LAYERS),
    selection: fc.option(selection, { nil: undefined }),
  });
  fc.assert(
    fc.property(hashes, (hash) => {
      const read = readHash(writeHash(hash));
      expect(read.layer).toBe(hash.layer);
      expect(read.selection).toEqual(hash.selection);
      expect(writeHash(read)).toBe(writeHash(hash));
    }),
  );
});

test('any text is read, and what makes no sense is left out', () => {
  fc.assert(fc.property(fc.string(), (text) => void readHash(text)));
  const nothing = { view: undefined, layer: 'none', selection: undefined };
  expect(readHash('#at=91,0,3&layer=gold&car=%20')).toEqual(nothing);
  expect(readHash('#at=,,')).toEqual(nothing);
  expect(readHash('#at=1,2')).toEqual(nothing);
});
