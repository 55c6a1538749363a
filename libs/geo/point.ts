/** A place on earth, WGS84 degrees. */
export interface Point {
  readonly lat: number;
  readonly lng: number;
}

/** Mean earth radius of the sphere that H3 works on, so that distances agree with its cells. */
export const EARTH_RADIUS_M = 6_371_007.180918475;

/** Metres in one degree of latitude (or of longitude at the equator). */
export const METERS_PER_DEGREE = (EARTH_RADIUS_M * Math.PI) / 180;

const RADIANS_PER_DEGREE = Math.PI / 180;

/** True for finite coordinates within [-90, 90] and [-180, 180]. */
export function isPoint(lat: number, lng: number): boolean {
  return lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180;
}

/** Great-circle distance in metres (haversine). */
export function greatCircleM(a: Point, b: Point): number {
  const latA = a.lat * RADIANS_PER_DEGREE;
  const latB = b.lat * RADIANS_PER_DEGREE;
  const sinHalfLat = Math.sin((latB - latA) / 2);
  const sinHalfLng = Math.sin(((b.lng - a.lng) * RADIANS_PER_DEGREE) / 2);
  const h = sinHalfLat * sinHalfLat + Math.cos(latA) * Math.cos(latB) * sinHalfLng * sinHalfLng;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/**
 * Equirectangular distance in metres: several times cheaper than {@link greatCircleM}, within 0.1 % of it up to 20 km
 * below latitude 70°. Not for long distances or the poles.
 */
export function shortDistanceM(a: Point, b: Point): number {
  const y = b.lat - a.lat;
  const x = wrapLngDelta(b.lng - a.lng) * Math.cos(((a.lat + b.lat) / 2) * RADIANS_PER_DEGREE);
  return Math.sqrt(x * x + y * y) * METERS_PER_DEGREE;
}

/** Initial bearing from `a` to `b` in degrees clockwise from north, in [0, 360). */
export function bearingDeg(a: Point, b: Point): number {
  const latA = a.lat * RADIANS_PER_DEGREE;
  const latB = b.lat * RADIANS_PER_DEGREE;
  const deltaLng = (b.lng - a.lng) * RADIANS_PER_DEGREE;
  const y = Math.sin(deltaLng) * Math.cos(latB);
  const x = Math.cos(latA) * Math.sin(latB) - Math.sin(latA) * Math.cos(latB) * Math.cos(deltaLng);
  const degrees = Math.atan2(y, x) / RADIANS_PER_DEGREE;
  // Adding 360 to a tiny negative angle rounds to 360 itself; the second remainder maps that to 0.
  return ((degrees % 360) + 360) % 360;
}

/** Normalises a difference of two longitudes to [-180, 180]. */
export function wrapLngDelta(delta: number): number {
  if (delta > 180) return delta - 360;
  if (delta < -180) return delta + 360;
  return delta;
}

/**
 * The point at `fraction` (0..1, clamped) of the way from `a` to `b`; straight in degrees, for street-sized segments.
 */
export function interpolate(a: Point, b: Point, fraction: number): Point {
  const t = Math.min(1, Math.max(0, fraction));
  if (t === 1) return b;
  return { lat: a.lat + (b.lat - a.lat) * t, lng: wrapLngDelta(a.lng + wrapLngDelta(b.lng - a.lng) * t) };
}
