import { expect, test } from 'vitest';
import { boundsOf, closedRing } from './bounds.ts';
import { OWNER_COLOURS, OwnerColours, rangeOf, shareOf, shortNumber } from './colour-scales.ts';
import { publicId, uuidOf } from './ids.ts';

test('owners keep their colours, whoever comes later', () => {
  const colours = new OwnerColours();
  colours.learn(['matcher-10', 'matcher-2', 'matcher-1']);
  expect(['matcher-1', 'matcher-2', 'matcher-10'].map((owner) => colours.indexOf(owner))).toEqual([0, 1, 2]);
  colours.learn(['matcher-0', 'matcher-2']);
  expect(colours.indexOf('matcher-2')).toBe(1);
  for (let index = 0; index < 20; index++)
    expect(colours.indexOf(`more-${index}`)).toBeLessThan(OWNER_COLOURS);
});

test('a range begins at zero, and below it only where values do', () => {
  expect(rangeOf([])).toBeUndefined();
  expect(
    rangeOf([
      ['a', 3],
      ['b', 8],
      ['c', Number.NaN],
    ]),
  ).toEqual({ low: 0, high: 8 });
  expect(
    rangeOf([
      ['a', -2],
      ['b', -1],
    ]),
  ).toEqual({ low: -2, high: -1 });
});

test('a share lies from 0 to 1, also without a range', () => {
  expect(shareOf(4, { low: 0, high: 8 })).toBe(0.5);
  expect(shareOf(99, { low: 0, high: 8 })).toBe(1);
  expect(shareOf(0, { low: 0, high: 0 })).toBe(0);
});

test('a legend has short numbers', () => {
  expect([0, 12_345, 0.12345].map(shortNumber)).toEqual(['0', '12.3K', '0.123']);
});

test('bounds of a map that was dragged around the world stay on it', () => {
  expect(boundsOf({ west: 350, south: -95, east: 352, north: 95 })).toEqual([-10, -90, -8, 90]);
  expect(boundsOf({ west: 179, south: 0, east: 181, north: 1 })).toEqual([179, 0, -179, 1]);
  expect(boundsOf({ west: -300, south: 0, east: 300, north: 1 })).toEqual([-180, 0, 180, 1]);
});

test('an outline across the antimeridian is not drawn around the world', () => {
  const ring = closedRing([
    [0, 179.9],
    [1, -179.9],
    [1, 179.8],
  ]);
  expect(ring.map(([lng]) => Math.round(lng * 10) / 10)).toEqual([179.9, 180.1, 179.8, 179.9]);
});

test('ids go to their public form and back', () => {
  const uuid = '01890a5d-ac96-774b-bcce-b302099a8057';
  expect(publicId('driver', uuid)).toBe('driver_01h455vb4pex5vsknk084sn02q');
  expect(publicId('driver', 'driver_01h455vb4pex5vsknk084sn02q')).toBe('driver_01h455vb4pex5vsknk084sn02q');
  expect(uuidOf('driver_01h455vb4pex5vsknk084sn02q')).toBe(uuid);
  expect(uuidOf('nobody')).toBeUndefined();
});
