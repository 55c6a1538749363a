import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawRide } from './places.ts';

const LISBON = { south: 38.7, west: -9.16, north: 38.745, east: -9.12 };

test('rides lie inside the area and are long enough to be taken', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { pickup, dropoff } = drawRide(LISBON, seededRandom(seed));
      for (const { lat, lng } of [pickup, dropoff]) {
        expect(lat).toBeGreaterThan(LISBON.south);
        expect(lat).toBeLessThan(LISBON.north);
        expect(lng).toBeGreaterThan(LISBON.west);
        expect(lng).toBeLessThan(LISBON.east);
      }
      expect(
        Math.hypot((pickup.lat - dropoff.lat) * 111_195, (pickup.lng - dropoff.lng) * 86_750),
      ).toBeGreaterThan(490);
    }),
  );
});

test('an area without room for a ride is refused rather than searched for ever', () => {
  const tiny = { south: 38.7, west: -9.16, north: 38.701, east: -9.159 };
  expect(() => drawRide(tiny, Math.random)).toThrow('no room');
});

/** Any sequence will do as long as it does not stand still: Weyl's, by the golden ratio. */
function seededRandom(seed: number): () => number {
  let at = Math.abs(seed * 0.754877666) % 1;
  return () => (at = (at + 0.6180339887) % 1);
}
