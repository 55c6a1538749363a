/** Boxes, covers and halos against brute force, at the seams of the coordinates: edges, antimeridian, poles. */
import * as fc from 'fast-check';
import { cellToParent, latLngToCell } from 'h3-js';
import { describe, expect, it } from 'vitest';
import {
  hardPlace,
  placeAt,
  placeWithin,
  randomUnit,
  seed,
  type RandomUnit,
} from '../../dev/test-world/hard-places.ts';
import {
  boundingBoxOf,
  boxContains,
  boxDistanceM,
  boxWidthDeg,
  expandBoxM,
  type BoundingBox,
} from './bounding-box.ts';
import { cellsCovering, haloCells } from './cell-cover.ts';
import {
  cellKeyFromH3,
  childKeys,
  isAncestor,
  parentKey,
  pickupCellOf,
  positionCellOf,
  shardCellOf,
  type CellKey,
} from './cell-key.ts';
import { CellTracker } from './cell-tracker.ts';
import { cellCenter, cellOutline, cellReachM } from './cell-shape.ts';
import { greatCircleM, METERS_PER_DEGREE, wrapLngDelta, type Point } from './point.ts';

const POINTS_PER_CASE = 200;
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const ROUNDING_M = 1e-3;

/**
 * A box around a place, some metres wide and high. At a pole it ends there or spans all longitudes; next to the
 * antimeridian it begins or ends there.
 */
function boxAround({ lat, lng }: Point, widthM: number, heightM: number): BoundingBox {
  const half = heightM / 2 / METERS_PER_DEGREE;
  const south = Math.max(-90, lat - half);
  const north = Math.min(90, Math.max(lat + half, south + 1e-6));
  const cos = Math.cos((Math.max(Math.abs(south), Math.abs(north)) * Math.PI) / 180);
  const width = widthM / METERS_PER_DEGREE / Math.max(cos, 1e-9);
  if (width >= 360) return { south, north, west: -180, east: 180 };
  if (lng === 180 && width < 2) return { south, north, west: -180, east: width - 180 };
  if (lng === -120) return { south, north, west: 180 - width, east: 180 };
  return { south, north, west: wrapLngDelta(lng - width / 2), east: wrapLngDelta(lng + width / 2) };
}

/** A place in the box, often on an edge or at a corner. */
function placeIn(box: BoundingBox, random: RandomUnit): Point {
  const share = (): number => [random(), random(), 0, 1][Math.floor(4 * random())] ?? 0;
  const drawn = wrapLngDelta(box.west + boxWidthDeg(box) * share());
  const lat = Math.min(box.north, box.south + (box.north - box.south) * share());
  // West plus width may exceed east by a rounding.
  const lng = boxContains(box, { lat, lng: drawn }) ? drawn : box.east;
  return {
    lat,
    // 180 and -180 both denote the antimeridian.
    lng: Math.abs(lng) === 180 && random() < 0.5 ? -lng : lng,
  };
}

const meters = (max: number): fc.Arbitrary<number> => fc.double({ min: 1, max, noNaN: true });

describe('a bounding box', () => {
  it('contains its points and is no wider than any other box that does', () => {
    fc.assert(
      fc.property(
        hardPlace,
        meters(20_000),
        fc.integer({ min: 1, max: 12 }),
        seed,
        (center, spreadM, count, from) => {
          const random = randomUnit(from);
          const points = Array.from({ length: count }, () => placeWithin(center, spreadM, random));
          const box = boundingBoxOf(points)!;
          expect(points.filter((point) => !boxContains(box, point))).toEqual([]);
          const widths = points.map(({ lng: west }) =>
            Math.max(...points.map(({ lng }) => (lng - west + 360) % 360)),
          );
          expect(boxWidthDeg(box)).toBeLessThanOrEqual(Math.min(...widths) + 1e-9);
        },
      ),
      // Regression: a box once did not cross the antimeridian.
      { examples: [[{ lat: 89.99, lng: 180 }, 1, 2, 1291196585]] },
    );
  });

  it('is as far away as its nearest point, and contains all points within a margin when expanded by it', () => {
    fc.assert(
      fc.property(
        hardPlace,
        meters(200_000),
        meters(200_000),
        meters(50_000),
        seed,
        (center, widthM, heightM, marginM, from) => {
          const random = randomUnit(from);
          const box = boxAround(center, widthM, heightM);
          const grown = expandBoxM(box, marginM);
          const wrong: string[] = [];
          for (let made = 0; made < POINTS_PER_CASE; made++) {
            const inside = placeIn(box, random);
            const place =
              random() < 0.2 ? placeIn(box, random) : placeAt(inside, 360 * random(), 2 * marginM * random());
            const distanceM = boxDistanceM(box, place);
            const isNear = distanceM <= greatCircleM(place, inside) + ROUNDING_M;
            const isZeroInside = !boxContains(box, place) || distanceM <= ROUNDING_M;
            const isHeld = distanceM > marginM - ROUNDING_M || boxContains(grown, place);
            const isHeldHere = boxContains(box, inside);
            if (!isNear || !isZeroInside || !isHeld || !isHeldHere)
              wrong.push(
                JSON.stringify({ box, inside, place, distanceM, isNear, isZeroInside, isHeld, isHeldHere }),
              );
          }
          expect(wrong).toEqual([]);
        },
      ),
      // Regression: this test once drew places east of the box, by a rounding.
      { examples: [[{ lat: 0, lng: -0.003741644537832272 }, 3466.1180034920285, 1, 1, 0]] },
    );
  });
});

describe('cellsCovering', () => {
  it('contains the cell of every point in the box, at every seam', () => {
    fc.assert(
      fc.property(
        hardPlace,
        fc.constantFrom(6, 7, 8, 9),
        unit,
        unit,
        seed,
        (center, res, width, height, from) => {
          const random = randomUnit(from);
          const maxM = 20_000 / 2.6 ** (res - 6);
          const box = boxAround(center, 1 + width * maxM, 1 + height * maxM);
          const cover = new Set(cellsCovering(box, res));
          const wrong: string[] = [];
          for (let made = 0; made < POINTS_PER_CASE; made++) {
            const place = placeIn(box, random);
            const cell = cellKeyFromH3(cellToParent(latLngToCell(place.lat, place.lng, 9), res));
            if (!cover.has(cell)) wrong.push(JSON.stringify({ box, place, cell }));
          }
          expect(wrong).toEqual([]);
        },
      ),
    );
  });
});

describe('haloCells', () => {
  it('contains the cell of every driver within the radius of a pickup, at every seam', () => {
    fc.assert(
      fc.property(
        hardPlace,
        fc.nat(2),
        fc.double({ min: 0, max: 6_000, noNaN: true }),
        seed,
        (center, size, radiusM, from) => {
          const random = randomUnit(from);
          const whole = shardCellOf(center);
          const shard = [whole, childKeys(whole)[2]!, parentKey(pickupCellOf(center), 8)][size]!;
          const halo = new Set(haloCells([shard], radiusM));
          const [middle, reachM, corners] = [cellCenter(shard), cellReachM(shard), cellOutline(shard).flat()];
          const wrong: string[] = [];
          for (let made = 0; made < POINTS_PER_CASE; made++) {
            const pick = corners[Math.floor(random() * corners.length)]!;
            const pickup =
              random() < 0.5 ? placeWithin(middle, reachM, random) : placeWithin(pick, 1, random);
            if (!isAncestor(shard, pickupCellOf(pickup))) continue;
            const driver = placeAt(pickup, 360 * random(), radiusM * Math.min(1, 2 * random()) - 1e-6);
            if (!halo.has(positionCellOf(driver))) wrong.push(JSON.stringify({ pickup, driver }));
          }
          expect(wrong).toEqual([]);
        },
      ),
    );
  });
});

describe('CellTracker', () => {
  it('gives the cell of the conversion, along a drive over every seam', () => {
    fc.assert(
      fc.property(
        hardPlace,
        fc.constantFrom(6, 7, 9, 10),
        meters(2_000),
        seed,
        (center, res, stepM, from) => {
          const random = randomUnit(from);
          const tracker = new CellTracker(res, 64);
          let place = center;
          let cell: CellKey | undefined;
          const wrong: string[] = [];
          for (let made = 0; made < POINTS_PER_CASE; made++) {
            place = placeAt(random() < 0.02 ? center : place, 360 * random(), stepM * random() ** 2);
            cell = tracker.cellKeyAt(place.lat, place.lng, cell);
            const { lat, lng } = place;
            const exact =
              res < 9 ? cellToParent(latLngToCell(lat, lng, 9), res) : latLngToCell(lat, lng, res);
            if (cell !== cellKeyFromH3(exact)) wrong.push(JSON.stringify({ place, cell, exact }));
          }
          expect(wrong).toEqual([]);
        },
      ),
    );
  });
});
