import { greatCircleM, shortDistanceM, type Point } from './point.ts';
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

/**
 * Snaps points to their nearest nodes.
 * @throws RangeError unless the access speed is positive
 */
export function pointsOnStreets(
  graph: StreetGraph,
  points: readonly Point[],
  accessSpeedMps: number,
  snapLimitM = DEFAULT_SNAP_LIMIT_M,
): PointsOnStreets {
  const nodes = Uint32Array.from(points, (point) => graph.nearestNode(point));
  const accessS = Float64Array.from(
    points,
    (point, place) => shortDistanceM(point, graph.point(nodes[place] as number)) / accessSpeedMps,
  );
  const isOff = Uint8Array.from(points, (point, place) =>
    greatCircleM(point, graph.point(nodes[place] as number)) > snapLimitM ? 1 : 0,
  );
  return { nodes, accessS, isOff };
}

/**
 * As {@link pointsOnStreets}, for drivers. One in a dead part is on no street: the way out of there is unknown, while a
 * rider there is picked up at the nearest served node.
 */
export function driversOnStreets(
  graph: StreetGraph,
  points: readonly Point[],
  accessSpeedMps: number,
  snapLimitM = DEFAULT_SNAP_LIMIT_M,
): PointsOnStreets {
  const snapped = pointsOnStreets(graph, points, accessSpeedMps, snapLimitM);
  for (const [place, point] of points.entries()) if (graph.isInDeadPart(point)) snapped.isOff[place] = 1;
  return snapped;
}
