import { cellKeyAt, chordOfArc, chordSquared, greatCircleM, putCartesian, type Point } from '#libs/geo';
import * as fc from 'fast-check';
import { getPentagons, cellToLatLng } from 'h3-js';
import { describe, expect, it } from 'vitest';
import { CellGraph } from './cell-graph.ts';
import { SUPPLY_CELL_RES } from './nearest-search.ts';

const pentagonCenters = getPentagons(SUPPLY_CELL_RES).map((cell) => cellToLatLng(cell));

const directions = [0, 1, 2, 3, 4, 5];

/** Places where cells are distorted most, and cities. */
const anchor = fc.oneof(
  fc.constantFrom(...pentagonCenters).map(([lat, lng]) => ({ lat, lng })),
  fc.record({
    lat: fc.double({ min: -85, max: 85, noNaN: true }),
    lng: fc.double({ min: -180, max: 180, noNaN: true }),
  }),
);

const nearAnchor: fc.Arbitrary<Point> = fc
  .tuple(
    anchor,
    fc.double({ min: -0.01, max: 0.01, noNaN: true }),
    fc.double({ min: -0.01, max: 0.01, noNaN: true }),
  )
  .map(([{ lat, lng }, north, east]) => ({
    lat: lat + north,
    lng: Math.max(-180, Math.min(180, lng + east)),
  }));

describe('CellGraph', () => {
  it('never assigns a place to another cell than H3 does, and no place is outside the radius of its H3 cell', () => {
    const graph = new CellGraph(1 << 17);
    const place = new Float64Array(3);
    fc.assert(
      fc.property(nearAnchor, (point) => {
        putCartesian(place, 0, point.lat, point.lng);
        const cell = graph.numberOf(cellKeyAt(point.lat, point.lng, SUPPLY_CELL_RES));
        expect(Math.sqrt(chordSquared(graph.centers, cell, place, 0))).toBeLessThanOrEqual(
          graph.outerRadiiM[cell]!,
        );
        const neighbors = directions
          .map((direction) => graph.neighbor(cell, direction))
          .filter((each) => each >= 0);
        expect(neighbors.filter((neighbor) => graph.surelyContains(neighbor, place, 0))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('knows six neighbours of a hexagon and five of a pentagon', () => {
    const graph = new CellGraph(100);
    const [lat, lng] = pentagonCenters[0]!;
    const countAround = (point: Point) => {
      const cell = graph.numberOf(cellKeyAt(point.lat, point.lng, SUPPLY_CELL_RES));
      return directions.filter((direction) => graph.neighbor(cell, direction) >= 0).length;
    };
    expect(countAround({ lat, lng })).toBe(5);
    expect(countAround({ lat: 38.72, lng: -9.14 })).toBe(6);
  });
});

describe('chords', () => {
  it('match great-circle distances', () => {
    const places = new Float64Array(6);
    fc.assert(
      fc.property(nearAnchor, nearAnchor, (a, b) => {
        putCartesian(places, 0, a.lat, a.lng);
        putCartesian(places, 1, b.lat, b.lng);
        const chord = Math.sqrt(chordSquared(places, 0, places, 1));
        expect(Math.abs(chord - chordOfArc(greatCircleM(a, b)))).toBeLessThan(0.1);
      }),
    );
  });
});
