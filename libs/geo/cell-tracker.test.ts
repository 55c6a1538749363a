import * as fc from 'fast-check';
import {
  cellToBoundary,
  cellToLatLng,
  cellToParent,
  getIcosahedronFaces,
  getPentagons,
  gridDisk,
  latLngToCell,
} from 'h3-js';
import { describe, expect, it } from 'vitest';
import { cellKeyFromH3, type CellKey } from './cell-key.ts';
import { CellTracker } from './cell-tracker.ts';
import { wrapLngDelta } from './point.ts';

const METERS_IN_DEGREES = 1 / 111_000;

/** Start points: anywhere, on the edges of cells, around pentagons, at the antimeridian and near the poles. */
const start = fc.oneof(
  fc.tuple(
    fc.double({ min: -89.9, max: 89.9, noNaN: true }),
    fc.double({ min: -180, max: 180, noNaN: true }),
  ),
  fc.tuple(fc.constantFrom(9, 7), fc.nat(11), fc.nat(40), fc.nat(5)).map(([res, pentagon, place, corner]) => {
    const near = gridDisk(getPentagons(res)[pentagon]!, 3);
    const boundary = cellToBoundary(near[place % near.length]!);
    return boundary[corner % boundary.length]!;
  }),
  fc.double({ min: -60, max: 60, noNaN: true }).map((lat): [number, number] => [lat, 180]),
);

/** Steps in metres: a car between two pings, sometimes a jump. */
const steps = fc.array(
  fc.tuple(
    fc.oneof(
      fc.double({ min: -150, max: 150, noNaN: true }),
      fc.double({ min: -2000, max: 2000, noNaN: true }),
    ),
    fc.double({ min: -150, max: 150, noNaN: true }),
  ),
  { minLength: 1, maxLength: 40 },
);

const exact = (lat: number, lng: number, res: number): CellKey =>
  cellKeyFromH3(res < 9 ? cellToParent(latLngToCell(lat, lng, 9), res) : latLngToCell(lat, lng, res));

describe.each([6, 7, 9, 10])('CellTracker at resolution %i', (res) => {
  it('gives exactly the cell of the conversion, all along a drive', () => {
    const tracker = new CellTracker(res, 64);
    fc.assert(
      fc.property(start, steps, ([startLat, startLng], moves) => {
        let [lat, lng] = [startLat, startLng];
        let cell: CellKey | undefined;
        for (const [northM, eastM] of moves) {
          lat = Math.max(-90, Math.min(90, lat + northM * METERS_IN_DEGREES));
          lng = wrapLngDelta(
            lng + (eastM * METERS_IN_DEGREES) / Math.max(0.01, Math.cos((lat * Math.PI) / 180)),
          );
          cell = tracker.cellKeyAt(lat, lng, cell);
          expect(cell).toBe(exact(lat, lng, res));
        }
      }),
      { numRuns: res < 9 ? 150 : 500 },
    );
  });

  it('is exact close to the border on either side, in cells on an edge of the icosahedron, pentagons and at the poles too', () => {
    const tracker = new CellTracker(res);
    const poles = [latLngToCell(90, 0, res), latLngToCell(-89.99, 90, res)];
    const cells = [...getPentagons(res), ...poles].flatMap((center) => gridDisk(center, 2));
    const isCrossing = (cell: string) => getIcosahedronFaces(cell).filter((face) => face >= 0).length > 1;
    expect(cells.filter(isCrossing).length).toBeGreaterThan(12);
    const near = fc.double({ min: 0.8, max: 1.1, noNaN: true });
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...cells), fc.nat(9), unit, near, (cell, side, along, out) => {
        const boundary = cellToBoundary(cell);
        const corner = boundary[side % boundary.length]!;
        const next = boundary[(side + 1) % boundary.length]!;
        const [centerLat, centerLng] = cellToLatLng(cell);
        const borderLat = corner[0] + (next[0] - corner[0]) * along;
        const borderLng = corner[1] + wrapLngDelta(next[1] - corner[1]) * along;
        const lat = centerLat + (borderLat - centerLat) * out;
        const lng = wrapLngDelta(centerLng + wrapLngDelta(borderLng - centerLng) * out);
        expect(tracker.cellKeyAt(lat, lng, cellKeyFromH3(cell))).toBe(exact(lat, lng, res));
      }),
      { numRuns: 1500 },
    );
  });
});
