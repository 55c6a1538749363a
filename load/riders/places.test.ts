import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededFractions } from '#libs/random';
import { drawRide } from './places.ts';

const LISBON = { south: 38.7, west: -9.16, north: 38.745, east: -9.12 };

test('rides are inside the area and not too short', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { pickup, dropoff } = drawRide(LISBON, seededFractions(seed));
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

test('an area without room for a ride is refused, not searched without end', () => {
  const tiny = { south: 38.7, west: -9.16, north: 38.701, east: -9.159 };
  expect(() => drawRide(tiny, Math.random)).toThrow('no room');
});
