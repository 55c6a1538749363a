import { shortDistanceM, type Point } from './point.ts';
import type { StreetGraph } from './street-graph.ts';

/** Points snapped to the street graph. */
export interface PointsOnStreets {
  /** The nearest node of each. */
  readonly nodes: Uint32Array;
  /** Seconds between each point and its node, in a straight line. */
  readonly accessS: Float64Array;
}

/**
 * Snaps points to their nearest nodes.
 * @throws RangeError unless the access speed is positive
 */
export function pointsOnStreets(
  graph: StreetGraph,
  points: readonly Point[],
  accessSpeedMps: number,
): PointsOnStreets {
  const nodes = Uint32Array.from(points, (point) => graph.nearestNode(point));
  const accessS = Float64Array.from(
    points,
    (point, place) => shortDistanceM(point, graph.point(nodes[place] as number)) / accessSpeedMps,
  );
  return { nodes, accessS };
}
