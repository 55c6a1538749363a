import { putCartesian } from './cartesian.ts';
import { PointGrid, type GridVisitor } from './point-grid.ts';
import { bearingDeg, shortDistanceM, wrapLngDelta, type Point } from './point.ts';
import type { StreetGraph } from './street-graph.ts';

/** How far apart the points are by which a segment is found: closer than parallel streets, so that the right one wins. */
const SAMPLE_M = 40;
/** How many samples an index holds at most; in a larger network they are farther apart. */
const MAX_SAMPLES = 2_000_000;
/** Within this distance of a node a car is at the node: positions of phones are not better than that. */
const AT_NODE_M = 10;
/** How far from its street a car is looked for: GPS between high buildings. */
const MAX_OFF_M = 150;
/** By how much the heading of a car may differ from the direction of its segment. */
const MAX_TURN_DEG = 75;

/** A place with the direction in which its car moves. */
export interface HeadedPoint extends Point {
  /** Clockwise from north; absent for a car that stands or is new. */
  readonly headingDeg?: number | undefined;
}

/** Where a car can turn next: the end of the segment that it is on. */
export interface TurnPoint {
  readonly node: number;
  /** The segment, and the share of it that is left; edge -1 at the node itself. */
  readonly edge: number;
  readonly shareLeft: number;
  /** Distance from the street. */
  readonly distanceM: number;
}

/** Finds the segment that a car is on, by place and heading. */
export class SegmentIndex {
  readonly #graph: StreetGraph;
  readonly #grid: PointGrid;
  readonly #edgeOfSample: Int32Array;
  readonly #froms: Int32Array;
  readonly #tos: Int32Array;
  readonly #bearings: Float32Array;
  readonly #reverse: Int32Array;
  readonly #search: NearestSample;

  constructor(graph: StreetGraph) {
    this.#graph = graph;
    [this.#froms, this.#tos] = endsOf(graph);
    this.#reverse = reversesOf(graph, this.#froms, this.#tos);
    this.#bearings = Float32Array.from(this.#froms, (from, edge) =>
      bearingDeg(graph.point(from), graph.point(this.#tos[edge] as number)),
    );
    const stepM = Math.max(SAMPLE_M, graph.lengthsM.reduce((sum, lengthM) => sum + lengthM, 0) / MAX_SAMPLES);
    const counts = Int32Array.from(graph.lengthsM, (lengthM) => Math.max(1, Math.ceil(lengthM / stepM)));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const triples = new Float64Array(3 * total);
    this.#edgeOfSample = new Int32Array(total);
    let sample = 0;
    counts.forEach((count, edge) => {
      const from = graph.point(this.#froms[edge] as number);
      const to = graph.point(this.#tos[edge] as number);
      for (let number = 0; number < count; number++) {
        const share = (number + 0.5) / count;
        const lng = from.lng + wrapLngDelta(to.lng - from.lng) * share;
        putCartesian(triples, sample, from.lat + (to.lat - from.lat) * share, lng);
        this.#edgeOfSample[sample++] = edge;
      }
    });
    this.#grid = new PointGrid(triples);
    this.#search = new NearestSample(this.#edgeOfSample, this.#bearings);
  }

  /**
   * Where the car can turn next. Without a heading it may turn on a street with two directions, so the nearer end counts.
   */
  turnPoint(point: HeadedPoint): TurnPoint {
    const node = this.#graph.nearestNode(point);
    const distanceM = shortDistanceM(point, this.#graph.point(node));
    if (distanceM <= AT_NODE_M) return { node, edge: -1, shareLeft: 0, distanceM };
    const { headingDeg } = point;
    this.#search.start(headingDeg);
    this.#grid.search(point.lat, point.lng, this.#search);
    let edge = this.#search.edge;
    if (edge < 0) return { node, edge: -1, shareLeft: 0, distanceM };
    let { share, offM } = this.#project(edge, point);
    const reverse = this.#reverse[edge] as number;
    if (headingDeg === undefined && reverse >= 0 && share < 0.5) [edge, share] = [reverse, 1 - share];
    // A car that stands far from every street is nearest to a node.
    if (distanceM < offM) return { node, edge: -1, shareLeft: 0, distanceM };
    return { node: this.#tos[edge] as number, edge, shareLeft: 1 - share, distanceM: offM };
  }

  /** The nearest place on a segment, as the share of it that lies behind, and the distance to it. */
  #project(edge: number, { lat, lng }: Point): { share: number; offM: number } {
    const from = this.#graph.point(this.#froms[edge] as number);
    const to = this.#graph.point(this.#tos[edge] as number);
    const scale = Math.cos((from.lat * Math.PI) / 180);
    const [dx, dy] = [wrapLngDelta(to.lng - from.lng) * scale, to.lat - from.lat];
    const [px, py] = [wrapLngDelta(lng - from.lng) * scale, lat - from.lat];
    const square = dx * dx + dy * dy;
    const share = square === 0 ? 1 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
    const place = { lat: from.lat + dy * share, lng: from.lng + wrapLngDelta(to.lng - from.lng) * share };
    return { share, offM: shortDistanceM({ lat, lng }, place) };
  }
}

function endsOf(graph: StreetGraph): [froms: Int32Array, tos: Int32Array] {
  const [froms, tos] = [new Int32Array(graph.edgeCount), new Int32Array(graph.edgeCount)];
  const { starts, edges, ends } = graph.outgoing;
  for (let node = 0; node < graph.nodeCount; node++)
    for (let slot = starts[node] as number; slot < (starts[node + 1] as number); slot++) {
      froms[edges[slot] as number] = node;
      tos[edges[slot] as number] = ends[slot] as number;
    }
  return [froms, tos];
}

/** The segment of each segment's other direction; -1 on a one-way street. */
function reversesOf({ outgoing, edgeCount }: StreetGraph, froms: Int32Array, tos: Int32Array): Int32Array {
  const reverse = new Int32Array(edgeCount).fill(-1);
  for (let edge = 0; edge < edgeCount; edge++) {
    const [from, to] = [froms[edge] as number, tos[edge] as number];
    for (let slot = outgoing.starts[to] as number; slot < (outgoing.starts[to + 1] as number); slot++)
      if (outgoing.ends[slot] === from) reverse[edge] = outgoing.edges[slot] as number;
  }
  return reverse;
}

/** The sample nearest to a place, on a segment that leads where the car is heading. */
class NearestSample implements GridVisitor {
  edge = -1;
  readonly #edges: Int32Array;
  readonly #bearings: Float32Array;
  #headingDeg: number | undefined;
  #squareM = Infinity;

  constructor(edges: Int32Array, bearings: Float32Array) {
    this.#edges = edges;
    this.#bearings = bearings;
  }

  get limitM(): number {
    return Math.sqrt(this.#squareM);
  }

  start(headingDeg: number | undefined): void {
    this.edge = -1;
    this.#headingDeg = headingDeg;
    this.#squareM = MAX_OFF_M ** 2;
  }

  visit(sample: number, squareM: number): void {
    if (squareM >= this.#squareM) return;
    const edge = this.#edges[sample] as number;
    if (this.#headingDeg !== undefined) {
      const turnDeg = Math.abs(wrapLngDelta((this.#bearings[edge] as number) - this.#headingDeg));
      if (turnDeg > MAX_TURN_DEG) return;
    }
    this.edge = edge;
    this.#squareM = squareM;
  }
}
