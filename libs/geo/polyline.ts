import { greatCircleM, wrapLngDelta, type Point } from './point.ts';

/** Length of the polyline in metres. */
export function polylineLengthM(line: readonly Point[]): number {
  let lengthM = 0;
  let previous = line[0];
  for (const point of line) {
    if (previous !== undefined) lengthM += greatCircleM(previous, point);
    previous = point;
  }
  return lengthM;
}

/** The point at `fraction` (0..1, clamped) of the way from `a` to `b`; straight in degrees, for street-sized segments. */
export function interpolate(a: Point, b: Point, fraction: number): Point {
  const t = Math.min(1, Math.max(0, fraction));
  if (t === 1) return b;
  return { lat: a.lat + (b.lat - a.lat) * t, lng: wrapLngDelta(a.lng + wrapLngDelta(b.lng - a.lng) * t) };
}

/**
 * The point `distanceM` metres along the polyline; before the start it is the first point, after the end the last.
 * @throws RangeError for a polyline without points.
 */
export function pointAlong(line: readonly Point[], distanceM: number): Point {
  let previous = line[0];
  if (previous === undefined) throw new RangeError('a polyline needs at least one point');
  let leftM = Math.max(0, distanceM);
  for (const point of line) {
    const segmentM = greatCircleM(previous, point);
    if (leftM < segmentM) return interpolate(previous, point, leftM / segmentM);
    leftM -= segmentM;
    previous = point;
  }
  return previous;
}
