import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { outranks, type Standing } from './standing.ts';

const standing = fc.record({
  session: fc.integer({ min: 1, max: 3 }),
  socket: fc.boolean(),
  heardAtMs: fc.integer({ min: 0, max: 2 }),
  instance: fc.constantFrom('driver-api-1', 'driver-api-2', 'driver-api-3'),
});
const HERE: Standing = { session: 2, socket: false, heardAtMs: 5, instance: 'driver-api-1' };
const THERE: Standing = { ...HERE, instance: 'driver-api-0' };

test.each([
  ['a newer session', { session: 3, heardAtMs: 0 }, true],
  ['an older session, with a socket', { session: 1, socket: true }, false],
  ['the same session and a socket', { socket: true, heardAtMs: 0 }, true],
  ['the same session, heard later', { heardAtMs: 6 }, true],
  ['the same session, heard earlier', { heardAtMs: 4 }, false],
])('an instance with %s outranks: %s', (_, part, expected) => {
  expect(outranks({ ...THERE, ...part }, HERE)).toBe(expected);
});

test('exactly one of two instances serves a driver, and one of several outranks all others', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(standing, { minLength: 2, maxLength: 3, selector: (s) => s.instance }),
      (all) => {
        const [one, other] = all as [Standing, Standing];
        expect(outranks(one, other)).toBe(!outranks(other, one));
        expect(all.filter((each) => all.every((rest) => rest === each || outranks(each, rest)))).toHaveLength(
          1,
        );
      },
    ),
  );
});
