import { greatCircleM, METERS_PER_DEGREE, isPoint, wrapLngDelta, type Point } from './point.ts';

/** A box in degrees, edges included. It crosses the antimeridian when `west > east`. */
export interface BoundingBox {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

/**
 * Reads `"south,west,north,east"` in degrees.
 * @throws RangeError with a message for the operator who configured the box
 */
export function parseBoundingBox(text: string): BoundingBox {
  const parts = text.split(',').map((part) => part.trim());
  const [south, west, north, east] = parts.map((part) => (part === '' ? Number.NaN : Number(part)));
  if (
    parts.length !== 4 ||
    south === undefined ||
    west === undefined ||
    north === undefined ||
    east === undefined
  ) {
    throw new RangeError(`a bounding box is "south,west,north,east" in degrees, got "${text}"`);
  }
  if (!isPoint(south, west) || !isPoint(north, east)) {
    throw new RangeError(`bounding box "${text}": latitudes are -90..90 and longitudes -180..180`);
  }
  if (south >= north) throw new RangeError(`bounding box "${text}": south must be below north`);
  if (west === east) throw new RangeError(`bounding box "${text}": west and east are the same`);
  return { south, west, north, east };
}

/** The inverse of {@link parseBoundingBox}. */
export function formatBoundingBox(box: BoundingBox): string {
  return `${box.south},${box.west},${box.north},${box.east}`;
}

/** The narrowest box around the points, across the antimeridian if that is narrower; undefined without points. */
export function boundingBoxOf(points: Iterable<Point>): BoundingBox | undefined {
  let [south, north] = [Infinity, -Infinity];
  const lngs: number[] = [];
  for (const { lat, lng } of points) {
    south = Math.min(south, lat);
    north = Math.max(north, lat);
    lngs.push(lng);
  }
  return lngs.length === 0 ? undefined : { south, north, ...shortestArc(lngs) };
}

/** West and east end of the shortest arc that contains all of these longitudes: the complement of the widest gap. */
function shortestArc(lngs: number[]): Pick<BoundingBox, 'west' | 'east'> {
  lngs.sort((a, b) => a - b);
  let [west, east] = [lngs[0] as number, lngs.at(-1) as number];
  let widestGap = west + 360 - east;
  for (let next = 1; next < lngs.length; next++) {
    const [before, after] = [lngs[next - 1] as number, lngs[next] as number];
    if (after - before <= widestGap) continue;
    widestGap = after - before;
    [west, east] = [after, before];
  }
  return { west, east };
}

/** True when the point is inside the box or on its edge; 180° and -180° are the same meridian. */
export function boxContains(box: BoundingBox, { lat, lng }: Point): boolean {
  if (!(lat >= box.south && lat <= box.north)) return false;
  return hasLng(box, lng) || (Math.abs(lng) === 180 && hasLng(box, -lng));
}

function hasLng({ west, east }: BoundingBox, lng: number): boolean {
  return west <= east ? lng >= west && lng <= east : lng >= west || lng <= east;
}

/** Width of the box in degrees of longitude. */
export function boxWidthDeg(box: BoundingBox): number {
  return box.west <= box.east ? box.east - box.west : box.east - box.west + 360;
}

export function boxCenter(box: BoundingBox): Point {
  return { lat: (box.south + box.north) / 2, lng: wrapLngDelta(box.west + boxWidthDeg(box) / 2) };
}

/** Great-circle distance from a point to the nearest part of the box; 0 inside. */
export function boxDistanceM(box: BoundingBox, point: Point): number {
  const fromWest = (point.lng - box.west + 720) % 360;
  if (fromWest <= boxWidthDeg(box)) {
    return Math.abs(point.lat - Math.min(box.north, Math.max(box.south, point.lat))) * METERS_PER_DEGREE;
  }
  return Math.min(meridianDistanceM(box, box.west, point), meridianDistanceM(box, box.east, point));
}

/** Distance to the side of the box at longitude `lng`. */
function meridianDistanceM(box: BoundingBox, lng: number, point: Point): number {
  const radians = Math.PI / 180;
  const cosDelta = Math.cos((point.lng - lng) * radians);
  // Latitude of the foot of the perpendicular on the meridian's great circle.
  const foot = Math.atan2(Math.sin(point.lat * radians), Math.cos(point.lat * radians) * cosDelta) / radians;
  const candidates = foot > box.south && foot < box.north ? [foot] : [box.south, box.north];
  return Math.min(...candidates.map((lat) => greatCircleM(point, { lat, lng })));
}

/** The box grown by at least `marginM` metres on every side. */
export function expandBoxM(box: BoundingBox, marginM: number): BoundingBox {
  const latMargin = marginM / METERS_PER_DEGREE;
  const south = Math.max(-90, box.south - latMargin);
  const north = Math.min(90, box.north + latMargin);
  // The parallel nearest to a pole is the shortest: the margin is measured there.
  const cosLat = Math.cos((Math.max(Math.abs(south), Math.abs(north)) * Math.PI) / 180);
  const lngMargin = latMargin / cosLat;
  if (!(boxWidthDeg(box) + 2 * lngMargin < 360)) return { south, west: -180, north, east: 180 };
  return { south, west: wrapLngDelta(box.west - lngMargin), north, east: wrapLngDelta(box.east + lngMargin) };
}
