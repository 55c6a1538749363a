import { cellKeyAt, parentKey, PICKUP_CELL_RES, type CellKey } from './cell-key.ts';
import { cellCenter, cellOutline } from './cell-shape.ts';
import { wrapLngDelta, type Point } from './point.ts';
import { RecentMap } from './recent-map.ts';

/** How many cells one {@link CellTracker} remembers with their inner circles by default. */
export const DEFAULT_TRACKED_CELLS = 20_000;

const RADIANS_PER_DEGREE = Math.PI / 180;

/** By which share the radius is reduced to cover rounding. */
const ROUNDING_MARGIN = 1e-3;

/** A circle inside a cell: a disc on the equirectangular plane around its centre. */
interface InnerCircle {
  readonly lat: number;
  readonly lng: number;
  readonly cosLat: number;
  /** In degrees of latitude, squared. */
  readonly squaredRadius: number;
}

/**
 * Gives the cell of a moving driver without an H3 conversion for each ping: a driver inside a circle within its last
 * cell is still in that cell. The result equals the conversion: the parent at `res` of the resolution 9 cell, or H3's
 * own cell for finer `res`.
 */
export class CellTracker {
  readonly #res: number;
  readonly #circles: RecentMap<CellKey, InnerCircle>;

  constructor(res: number, capacity: number = DEFAULT_TRACKED_CELLS) {
    this.#res = res;
    this.#circles = new RecentMap(capacity);
  }

  /** @param previous the result for the driver's previous position, if any */
  cellKeyAt(lat: number, lng: number, previous: CellKey | undefined): CellKey {
    if (previous !== undefined && isInside(this.#circleOf(previous), lat, lng)) return previous;
    if (this.#res >= PICKUP_CELL_RES) return cellKeyAt(lat, lng, this.#res);
    return parentKey(cellKeyAt(lat, lng, PICKUP_CELL_RES), this.#res);
  }

  #circleOf(key: CellKey): InnerCircle {
    const known = this.#circles.get(key);
    if (known !== undefined) return known;
    const circle = innerCircle(key);
    this.#circles.set(key, circle);
    return circle;
  }
}

function isInside(circle: InnerCircle, lat: number, lng: number): boolean {
  const y = lat - circle.lat;
  // Across the antimeridian the difference is large: the point counts as outside and is converted, which is correct.
  const x = (lng - circle.lng) * circle.cosLat;
  return x * x + y * y < circle.squaredRadius;
}

function innerCircle(key: CellKey): InnerCircle {
  const center = cellCenter(key);
  const radius = innerRadius(center, cellOutline(key));
  const latRadians = center.lat * RADIANS_PER_DEGREE;
  // Maximum relative error, within the circle, of a length along a parallel on the plane.
  const planeError = radius * Math.abs(Math.tan(latRadians));
  const safeRadius = (radius * Math.max(0, 1 - planeError - ROUNDING_MARGIN)) / RADIANS_PER_DEGREE;
  return { ...center, cosLat: Math.cos(latRadians), squaredRadius: safeRadius * safeRadius };
}

/**
 * Angle in radians from the centre to the nearest part of the outline. On the gnomonic projection around the centre
 * great circles are straight, so this is the distance of a point from straight segments.
 */
function innerRadius(center: Point, outline: readonly Point[][]): number {
  let least = Infinity;
  for (const ring of outline) {
    let previous = ring.at(-1);
    for (const corner of ring) {
      if (previous !== undefined)
        least = Math.min(least, distanceToSegment(project(previous, center), project(corner, center)));
      previous = corner;
    }
  }
  return Math.atan(least);
}

interface Projected {
  readonly x: number;
  readonly y: number;
}

function project(point: Point, center: Point): Projected {
  const lat = point.lat * RADIANS_PER_DEGREE;
  const centerLat = center.lat * RADIANS_PER_DEGREE;
  const deltaLng = wrapLngDelta(point.lng - center.lng) * RADIANS_PER_DEGREE;
  const cosAngle =
    Math.sin(centerLat) * Math.sin(lat) + Math.cos(centerLat) * Math.cos(lat) * Math.cos(deltaLng);
  return {
    x: (Math.cos(lat) * Math.sin(deltaLng)) / cosAngle,
    y:
      (Math.cos(centerLat) * Math.sin(lat) - Math.sin(centerLat) * Math.cos(lat) * Math.cos(deltaLng)) /
      cosAngle,
  };
}

/** From the origin to the segment between two points. */
function distanceToSegment(a: Projected, b: Projected): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const squaredLength = dx * dx + dy * dy;
  const along = squaredLength === 0 ? 0 : Math.min(1, Math.max(0, -(a.x * dx + a.y * dy) / squaredLength));
  return Math.hypot(a.x + along * dx, a.y + along * dy);
}
