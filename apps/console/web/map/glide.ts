/** Where a car is drawn. */
export interface Pose {
  lat: number;
  /** May leave ±180 while a car crosses the antimeridian. */
  lng: number;
  /** Clockwise from north. */
  headingDeg: number;
}

/** A way from one pose to another. */
export interface Glide {
  from: Pose;
  to: Pose;
  startMs: number;
  durationMs: number;
}

/** A car that is further away than this from where it is drawn jumps there: nobody drives so far in one update. */
const LONGEST_GLIDE_DEG = 0.05;

/** Stands still. */
export function restAt(pose: Pose, nowMs: number): Glide {
  return { from: pose, to: pose, startMs: nowMs, durationMs: 0 };
}

/** Leads from where `before` is drawn now to `target`, the shorter way round. */
export function glideTo(before: Glide, target: Pose, nowMs: number, durationMs: number): Glide {
  const from = poseAt(before, nowMs);
  const lng = from.lng + shortestTurn(target.lng - from.lng);
  const isFar =
    Math.abs(target.lat - from.lat) > LONGEST_GLIDE_DEG || Math.abs(lng - from.lng) > LONGEST_GLIDE_DEG;
  if (isFar || durationMs <= 0) return restAt(target, nowMs);
  const headingDeg = from.headingDeg + shortestTurn(target.headingDeg - from.headingDeg);
  return { from, to: { lat: target.lat, lng, headingDeg }, startMs: nowMs, durationMs };
}

export function poseAt({ from, to, startMs, durationMs }: Glide, nowMs: number): Pose {
  const share = durationMs <= 0 ? 1 : Math.min(1, Math.max(0, (nowMs - startMs) / durationMs));
  return {
    lat: from.lat + (to.lat - from.lat) * share,
    lng: from.lng + (to.lng - from.lng) * share,
    headingDeg: from.headingDeg + (to.headingDeg - from.headingDeg) * share,
  };
}

/** The same turn in degrees, from -180 to below 180. */
export function shortestTurn(deg: number): number {
  return deg - 360 * Math.floor((deg + 180) / 360);
}
