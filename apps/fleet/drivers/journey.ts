import { bearingDeg, greatCircleM, interpolate, type StreetGraph, type StreetRoute } from '#libs/geo';

/** Maximum speed of a simulated car (108 km/h); the rounded times of a short segment could give more. */
export const MAX_STREET_SPEED_MPS = 30;

/** A route with a time for each of its points, which determine the car's position at any moment. */
export interface Journey {
  /** The street node at each point; for a car that starts between two nodes, the first entry is the node ahead. */
  readonly nodes: Uint32Array;
  readonly lats: Float64Array;
  readonly lngs: Float64Array;
  /** Seconds after departure at which each point is reached; the first is 0. */
  readonly atS: Float64Array;
  /** Service time of departure. */
  readonly departMs: number;
}

/** Position, heading and speed of a car. Written in place: thousands are computed each second. */
export interface Fix {
  lat: number;
  lng: number;
  headingDeg: number;
  speedMps: number;
}

/** Where a car can leave its journey: its position, and `secondsToNode` ahead a street node. */
export interface TurnOff {
  readonly lat: number;
  readonly lng: number;
  readonly node: number;
  readonly secondsToNode: number;
}

/** A car that stands at a node. */
export function parkedAt(graph: StreetGraph, node: number, nowMs: number): Journey {
  const { lat, lng } = graph.point(node);
  return {
    nodes: Uint32Array.of(node),
    lats: Float64Array.of(lat),
    lngs: Float64Array.of(lng),
    atS: Float64Array.of(0),
    departMs: nowMs,
  };
}

/**
 * Builds the journey from a position on the road along a route that starts at the node ahead.
 * @param pace factor on the travel time of each segment, limited by {@link MAX_STREET_SPEED_MPS}
 */
export function journeyAlong(
  graph: StreetGraph,
  from: TurnOff,
  route: StreetRoute,
  departMs: number,
  pace = 1,
): Journey {
  const count = route.nodes.length + 1;
  const journey = {
    nodes: new Uint32Array(count),
    lats: new Float64Array(count),
    lngs: new Float64Array(count),
    atS: new Float64Array(count),
    departMs,
  };
  place(journey, 0, from.node, from, 0);
  let atS = from.secondsToNode;
  for (const [step, node] of route.nodes.entries()) {
    const point = graph.point(node);
    if (step > 0) {
      const before = { lat: journey.lats[step] as number, lng: journey.lngs[step] as number };
      const seconds = (route.segmentS[step - 1] as number) * pace;
      atS += Math.max(seconds, greatCircleM(before, point) / MAX_STREET_SPEED_MPS);
    }
    place(journey, step + 1, node, point, atS);
  }
  return journey;
}

/** The pace at which a ride over the route takes `rideS` seconds. */
export function paceFor(route: StreetRoute, rideS: number): number {
  return route.totalS > 0 ? rideS / route.totalS : 1;
}

export function arrivalMs(journey: Journey): number {
  return journey.departMs + (journey.atS.at(-1) as number) * 1000;
}

/** The service time at which a share (0 to 1) of the driving time has passed. */
export function partWayMs(journey: Journey, share: number): number {
  return journey.departMs + (journey.atS.at(-1) as number) * 1000 * share;
}

/** Writes the car's fix at a moment; it stands at the start before departure and at the end after arrival. */
export function fixAt(journey: Journey, nowMs: number, fix: Fix): void {
  const { lats, lngs, atS } = journey;
  const elapsedS = (nowMs - journey.departMs) / 1000;
  const ahead = firstAfter(atS, elapsedS);
  if (ahead === 0 || ahead === atS.length) {
    const end = ahead === 0 ? 0 : ahead - 1;
    fix.lat = lats[end] as number;
    fix.lng = lngs[end] as number;
    fix.speedMps = 0;
    return;
  }
  const a = { lat: lats[ahead - 1] as number, lng: lngs[ahead - 1] as number };
  const b = { lat: lats[ahead] as number, lng: lngs[ahead] as number };
  const startS = atS[ahead - 1] as number;
  const segmentS = (atS[ahead] as number) - startS;
  const here = interpolate(a, b, (elapsedS - startS) / segmentS);
  fix.lat = here.lat;
  fix.lng = here.lng;
  fix.headingDeg = bearingDeg(a, b);
  fix.speedMps = greatCircleM(a, b) / segmentS;
}

/** Where a car on this journey can turn off: cars make no U-turn between two crossings. */
export function turnOffAt(journey: Journey, nowMs: number): TurnOff {
  const fix: Fix = { lat: 0, lng: 0, headingDeg: 0, speedMps: 0 };
  fixAt(journey, nowMs, fix);
  const elapsedS = Math.max(0, (nowMs - journey.departMs) / 1000);
  const ahead = Math.min(firstAfter(journey.atS, elapsedS), journey.atS.length - 1);
  return {
    lat: fix.lat,
    lng: fix.lng,
    node: journey.nodes[ahead] as number,
    secondsToNode: Math.max(0, (journey.atS[ahead] as number) - elapsedS),
  };
}

/** The first index whose time is later than `s`; the length if there is none. */
function firstAfter(atS: Float64Array, s: number): number {
  let [low, high] = [0, atS.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((atS[middle] as number) > s) high = middle;
    else low = middle + 1;
  }
  return low;
}

function place(
  journey: Journey,
  index: number,
  node: number,
  point: { lat: number; lng: number },
  atS: number,
): void {
  journey.nodes[index] = node;
  journey.lats[index] = point.lat;
  journey.lngs[index] = point.lng;
  journey.atS[index] = atS;
}
