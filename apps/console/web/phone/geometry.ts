export interface Point {
  lat: number;
  lng: number;
}

export interface Area {
  south: number;
  west: number;
  north: number;
  east: number;
}

/** Metres of a degree of latitude. */
const M_PER_DEGREE = 111_195;
/** How much of the area at each border no surprise is from: streets end before it. */
const BORDER_SHARE = 0.1;
/** The shortest surprise: a ride that one can watch. */
const SHORTEST_SURPRISE_M = 400;
/** The longest surprise: a ride that ends while one still watches. */
const LONGEST_SURPRISE_M = 900;
/** How many points are tried for one of such a length; else the last one is taken. */
const SURPRISE_TRIES = 50;

/** The straight distance, as exact as a city needs. */
export function distanceM(from: Point, to: Point): number {
  const { north, east } = offsetM(from, to);
  return Math.hypot(north, east);
}

/** The point at a distance along the straight line, at most the end of it. */
export function toward(from: Point, to: Point, metres: number): Point {
  const all = distanceM(from, to);
  if (all <= metres) return to;
  const share = metres / all;
  return { lat: from.lat + (to.lat - from.lat) * share, lng: from.lng + (to.lng - from.lng) * share };
}

/** Degrees from north, clockwise, in [0, 360). */
export function headingDeg(from: Point, to: Point): number {
  const { north, east } = offsetM(from, to);
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
}

export function centreOf({ south, west, north, east }: Area): Point {
  return { lat: (south + north) / 2, lng: (west + east) / 2 };
}

/** A random point inside the area, a short ride away. */
export function surprise(area: Area, from: Point, chance: () => number): Point {
  const { south, west, north, east } = area;
  const share = (): number => BORDER_SHARE + chance() * (1 - 2 * BORDER_SHARE);
  let point = centreOf(area);
  for (let attempt = 0; attempt < SURPRISE_TRIES; attempt++) {
    point = { lat: south + (north - south) * share(), lng: west + (east - west) * share() };
    const ride = distanceM(from, point);
    if (ride >= SHORTEST_SURPRISE_M && ride <= LONGEST_SURPRISE_M) break;
  }
  return point;
}

function offsetM(from: Point, to: Point): { north: number; east: number } {
  const shrink = Math.cos((((from.lat + to.lat) / 2) * Math.PI) / 180);
  return { north: (to.lat - from.lat) * M_PER_DEGREE, east: (to.lng - from.lng) * M_PER_DEGREE * shrink };
}
