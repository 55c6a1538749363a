import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CAR_STATUSES, decodeCarFrame, encodeCarFrame, type CarFrame } from './car-frame.ts';

const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const movedCar = fc.record({
  handle: u32,
  lat: fc.integer({ min: -90e6, max: 90e6 }).map((value) => value / 1e6),
  lng: fc.integer({ min: -180e6, max: 180e6 }).map((value) => value / 1e6),
  headingDeg: fc.option(
    fc.integer({ min: 0, max: 35_999 }).map((value) => value / 100),
    { nil: undefined },
  ),
  status: fc.constantFrom(...CAR_STATUSES),
  isSnapped: fc.boolean(),
  ageMs: u32,
});
const carFrame: fc.Arbitrary<CarFrame> = fc.record({
  update: u32,
  introduced: fc.array(fc.record({ handle: u32, uuid: fc.uuid() })),
  gone: fc.array(u32),
  moved: fc.array(movedCar),
});

test('a frame is read as it was written', () => {
  fc.assert(
    fc.property(carFrame, (frame) => {
      expect(decodeCarFrame(encodeCarFrame(frame))).toEqual(frame);
    }),
  );
});

test('a heading that rounds to a full circle is north', () => {
  const car = {
    handle: 1,
    lat: 0,
    lng: 0,
    headingDeg: 359.999,
    status: 'free',
    isSnapped: false,
    ageMs: 0,
  } as const;
  const frame = decodeCarFrame(encodeCarFrame({ update: 1, introduced: [], gone: [], moved: [car] }));
  expect(frame.moved[0]?.headingDeg).toBe(0);
});

test('what is not a whole frame of this version is refused', () => {
  const whole = encodeCarFrame({ update: 1, introduced: [], gone: [7], moved: [] });
  expect(() => decodeCarFrame(new ArrayBuffer(4))).toThrow('not a car frame');
  expect(() => decodeCarFrame(whole.slice(0, 26))).toThrow('is not whole');
  new DataView(whole).setUint16(2, 9, true);
  expect(() => decodeCarFrame(whole)).toThrow('version 9');
});
