import { greatCircleM, shortDistanceM, type Point } from './point.ts';
import { SegmentIndex, type HeadedPoint, type TurnPoint } from './segment-index.ts';
import type { StreetGraph } from './street-graph.ts';

/**
 * How far a point may be from its nearest street to be on it. Beyond, a drive is estimated by air, and a recorded trip is
 * not used.
 */
export const DEFAULT_SNAP_LIMIT_M = 500;
/** How far that limit may be configured: beyond, a snapped point is in another town. */
export const MAX_SNAP_LIMIT_M = 10_000;

/** Points snapped to the street graph. */
export interface PointsOnStreets {
  /** The nearest node of each. */
  readonly nodes: Uint32Array;
  /** Seconds between each point and its node, in a straight line. */
  readonly accessS: Float64Array;
  /** 1 for a point that is on no street. */
  readonly isOff: Uint8Array;
}

/** Where cars can turn next, and how long they need to get there. */
export type CarsOnStreets = PointsOnStreets;

interface CarSnap extends TurnPoint {
  readonly lat: number;
  readonly lng: number;
  readonly offM: number;
}

const segmentsByGraph = new WeakMap<StreetGraph, { index: SegmentIndex; snaps: WeakMap<Point, CarSnap> }>();

/**
 * Places cars on the segments that they drive on, by position and heading: a car has to drive on to the end of its
 * segment before it can turn. By the nearest node alone, which may lie behind the car, a told drive is off by half
 * a block in the mean, and the benchmark's riders wait for up to 2 % more late drivers.
 *
 * @param segmentS seconds of each segment in the hour of departure
 * @throws RangeError unless the access speed is positive
 */
export function carsOnStreets(
  graph: StreetGraph,
  cars: readonly HeadedPoint[],
  segmentS: ArrayLike<number>,
  accessSpeedMps: number,
  snapLimitM = DEFAULT_SNAP_LIMIT_M,
): CarsOnStreets {
  let known = segmentsByGraph.get(graph);
  if (known === undefined)
    segmentsByGraph.set(graph, (known = { index: new SegmentIndex(graph), snaps: new WeakMap() }));
  const nodes = new Uint32Array(cars.length);
  const accessS = new Float64Array(cars.length);
  const isOff = new Uint8Array(cars.length);
  for (let place = 0; place < cars.length; place++) {
    const car = cars[place] as HeadedPoint;
    let snap = known.snaps.get(car);
    if (snap === undefined || snap.lat !== car.lat || snap.lng !== car.lng) {
      const turn = known.index.turnPoint(car);
      snap = {
        ...turn,
        lat: car.lat,
        lng: car.lng,
        offM: graph.isInDeadPart(car) ? Infinity : turn.distanceM,
      };
      known.snaps.set(car, snap);
    }
    nodes[place] = snap.node;
    const leftS = snap.edge < 0 ? 0 : snap.shareLeft * (segmentS[snap.edge] as number);
    accessS[place] = snap.distanceM / accessSpeedMps + leftS;
    isOff[place] = snap.offM > snapLimitM ? 1 : 0;
  }
  return { nodes, accessS, isOff };
}

/** Where a point object was snapped to. The coordinates tell whether the object has changed since. */
interface Snapped {
  readonly lat: number;
  readonly lng: number;
  readonly node: number;
  readonly distanceM: number;
  /** Distance to the node by great circle. */
  readonly offM: number;
}

/** Snaps of point objects that are still in use: a car that waits, or a pickup, is asked about in every round. */
const snappedByGraph = new WeakMap<StreetGraph, WeakMap<Point, Snapped>>();

/**
 * Snaps points to their nearest nodes. Remembers the answer for each point object: a search in the grid takes about
 * a microsecond, and a round asks about the same thousand drivers each time.
 * @throws RangeError unless the access speed is positive
 */
export function pointsOnStreets(
  graph: StreetGraph,
  points: readonly Point[],
  accessSpeedMps: number,
  snapLimitM = DEFAULT_SNAP_LIMIT_M,
): PointsOnStreets {
  let snapped = snappedByGraph.get(graph);
  if (snapped === undefined) snappedByGraph.set(graph, (snapped = new WeakMap()));
  const nodes = new Uint32Array(points.length);
  const accessS = new Float64Array(points.length);
  const isOff = new Uint8Array(points.length);
  for (let place = 0; place < points.length; place++) {
    const point = points[place] as Point;
    let known = snapped.get(point);
    if (known === undefined || known.lat !== point.lat || known.lng !== point.lng) {
      known = snap(graph, point);
      snapped.set(point, known);
    }
    nodes[place] = known.node;
    accessS[place] = known.distanceM / accessSpeedMps;
    isOff[place] = known.offM > snapLimitM ? 1 : 0;
  }
  return { nodes, accessS, isOff };
}

function snap(graph: StreetGraph, point: Point): Snapped {
  const node = graph.nearestNode(point);
  const { lat, lng } = point;
  const at = graph.point(node);
  return { lat, lng, node, distanceM: shortDistanceM(point, at), offM: greatCircleM(point, at) };
}
