/**
 * Edge cases of a spatial search: the antimeridian, the poles, the pentagons of H3; and relative to the data, places
 * outside, on its border and at its corners.
 */
import * as fc from 'fast-check';
import { EARTH_RADIUS_M, METERS_PER_DEGREE, wrapLngDelta, type Point } from '#libs/geo';

const RADIANS_PER_DEGREE = Math.PI / 180;

/**
 * Numbers in [0, 1), the same for the same seed: a case with thousands of places shrinks to one seed. Stays
 * mulberry32, since the recorded counterexamples name its seeds.
 */
export type RandomUnit = () => number;

export function randomUnit(seed: number): RandomUnit {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const seed = fc.integer({ min: 0, max: 0xffff_ffff });

/** Centres of data: cities, edge cases of the coordinates and of H3, and random places. */
export const hardPlace: fc.Arbitrary<Point> = fc.oneof(
  fc.constantFrom<Point>(
    { lat: 40.75, lng: -73.98 },
    { lat: -17, lng: 180 },
    { lat: 64.7, lng: -179.999 },
    { lat: 90, lng: 0 },
    { lat: -90, lng: 45 },
    { lat: 89.99, lng: 180 },
    { lat: -89.9, lng: -120 },
    { lat: 0, lng: 0 },
    // Centres of pentagons at resolution 9.
    { lat: 10.536199075468, lng: 143.785828403687 },
    { lat: 64.7, lng: 10.536199075468 },
  ),
  fc.record({
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lng: fc.double({ min: -180, max: 180, noNaN: true }),
  }),
);

/** The place at a distance and a bearing from another, computed with vectors, so it is exact at the poles too. */
export function placeAt(from: Point, bearingDeg: number, distanceM: number): Point {
  const [lat, lng] = [from.lat * RADIANS_PER_DEGREE, from.lng * RADIANS_PER_DEGREE];
  const [bearing, angle] = [bearingDeg * RADIANS_PER_DEGREE, distanceM / EARTH_RADIUS_M];
  const north = Math.cos(bearing) * Math.sin(angle);
  const east = Math.sin(bearing) * Math.sin(angle);
  // Towards the meridian of `from`, across it, and along the axis of the earth.
  const ahead = Math.cos(angle) * Math.cos(lat) - north * Math.sin(lat);
  const up = Math.cos(angle) * Math.sin(lat) + north * Math.cos(lat);
  return {
    lat: clampLat(Math.atan2(up, Math.hypot(ahead, east)) / RADIANS_PER_DEGREE),
    lng: wrapLngDelta((lng + Math.atan2(east, ahead)) / RADIANS_PER_DEGREE),
  };
}

/** A place within a distance of another, uniformly distributed over the disc. */
export function placeWithin(from: Point, distanceM: number, random: RandomUnit): Point {
  return placeAt(from, 360 * random(), distanceM * Math.sqrt(random()));
}

/** Data around a centre: some places far from the rest, and some on a lattice or identical, for ties. */
export function scatter(center: Point, spreadM: number, count: number, random: RandomUnit): Point[] {
  const points: Point[] = [];
  const steps = 4;
  for (let made = 0; made < count; made++) {
    const kind = random();
    const before = points[Math.floor(random() * points.length)];
    if (kind < 0.1 && before !== undefined) points.push(before);
    else if (kind < 0.2) points.push(placeWithin(center, 8 * spreadM, random));
    else if (kind < 0.4)
      points.push({
        lat: clampLat(center.lat + (Math.floor(random() * steps) * spreadM) / steps / METERS_PER_DEGREE),
        lng: center.lng,
      });
    else points.push(placeWithin(center, spreadM, random));
  }
  return points;
}

/**
 * A place to search from: mostly inside or outside the data; else at its places, on its border, at or just beside its
 * corners, or on the antimeridian with the opposite sign.
 */
export function searchPlace(
  center: Point,
  spreadM: number,
  data: readonly Point[],
  random: RandomUnit,
): Point {
  const pick = (): Point => data[Math.floor(random() * data.length)] ?? center;
  const kind = random();
  if (kind < 0.3) return placeWithin(center, spreadM, random);
  if (kind < 0.6) return placeAt(center, 360 * random(), spreadM * (1 + 2 * random()));
  if (kind < 0.7) return pick();
  // Latitude of one place and longitude of another: a corner if both are outermost.
  if (kind < 0.85) return { lat: pick().lat, lng: pick().lng };
  if (kind < 0.95) return placeAt(pick(), 90 * Math.floor(4 * random()), random() < 0.5 ? 1e-6 : 1);
  return { lat: pick().lat, lng: random() < 0.5 ? 180 : -180 };
}

function clampLat(lat: number): number {
  return Math.min(90, Math.max(-90, lat));
}
