import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { driverClientFrame, toTimestamp } from '#libs/contracts';
import { positionFrame } from './frames.ts';

test('the hand-written frame fits the contract and carries its input', () => {
  const fix = fc.record({
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lng: fc.double({ min: -180, max: 180, noNaN: true }),
    headingDeg: fc.double({ min: 0, max: 360, maxExcluded: true, noNaN: true }),
    speedMps: fc.double({ min: 0, max: 30, noNaN: true }),
  });
  fc.assert(
    fc.property(fix, fc.integer({ min: 1, max: 0xffff_ffff }), fc.nat(2 ** 41), (at, seq, ms) => {
      const frame = driverClientFrame.parse(JSON.parse(positionFrame(3, seq, at, toTimestamp(ms))));
      if (frame.type !== 'position') throw new Error(`a frame of type ${frame.type}`);
      expect(frame.data).toMatchObject({ session: 3, seq, recorded_at: toTimestamp(ms) });
      expect(frame.data.lat).toBeCloseTo(at.lat, 5);
      expect(frame.data.lng).toBeCloseTo(at.lng, 5);
    }),
  );
});
