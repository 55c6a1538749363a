import type { PointValue } from '#libs/contracts';
import type { Area } from '../settings.ts';

/** Minimum length: shorter rides are refused (`route_too_short`) or are no realistic load. */
const MIN_RIDE_M = 500;
const M_PER_DEGREE = 111_195;
/** Margin at the edge: a point on the edge may be rounded to the outside. */
const EDGE_SHARE = 0.02;
const MAX_DRAWS = 100;

export interface Ride {
  pickup: PointValue;
  dropoff: PointValue;
}

/** Two places of the area, at least a short ride apart. `random` returns numbers in [0, 1). */
export function drawRide(area: Area, random: () => number): Ride {
  const pickup = drawPoint(area, random);
  for (let draw = 0; draw < MAX_DRAWS; draw += 1) {
    const dropoff = drawPoint(area, random);
    if (distanceM(pickup, dropoff) >= MIN_RIDE_M) return { pickup, dropoff };
  }
  throw new Error(`the area has no room for rides of ${MIN_RIDE_M} m`);
}

function drawPoint(area: Area, random: () => number): PointValue {
  return { lat: between(area.south, area.north, random()), lng: between(area.west, area.east, random()) };
}

function between(low: number, high: number, share: number): number {
  return low + (high - low) * (EDGE_SHARE + (1 - 2 * EDGE_SHARE) * share);
}

/** Flat-earth distance; accurate to a few metres within a city. */
function distanceM(a: PointValue, b: PointValue): number {
  const north = (b.lat - a.lat) * M_PER_DEGREE;
  const east = (b.lng - a.lng) * M_PER_DEGREE * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}
