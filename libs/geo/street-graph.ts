import { NodeGrid } from './node-grid.ts';
import { greatCircleM, type Point } from './point.ts';
import { HOURS_PER_DAY, type StreetEdge, type StreetNode } from './street-file.ts';

/**
 * The incoming or the outgoing segments of each node, as compressed sparse rows: those of node n are the slots
 * `starts[n]` up to `starts[n + 1]` of `edges` (the segment) and `ends` (the node at its other end).
 */
export interface Adjacency {
  readonly starts: Uint32Array;
  readonly edges: Uint32Array;
  readonly ends: Uint32Array;
}

/** How a network was divided when it was loaded; see street-network.ts. */
export interface StreetDivision {
  /** Strongly connected part of each node; only within one part do all nodes reach each other. */
  readonly partOf: Int32Array;
  /** Nodes that are left out, since rides there would not end. */
  readonly dead: readonly Point[];
}

/** The node nearest to a point. */
export interface Snap {
  readonly node: number;
  readonly distanceM: number;
}

/**
 * A directed street network on typed arrays. Nodes and edges are identified by index (0 to count - 1, in file order);
 * `nodeId` gives the id in the file. Immutable.
 */
export class StreetGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** Segments by start node, and by end node. */
  readonly outgoing: Adjacency;
  readonly incoming: Adjacency;
  /** Great-circle length of each segment in metres. */
  readonly lengthsM: Float64Array;
  readonly #ids: readonly number[];
  readonly #lats: Float64Array;
  readonly #lngs: Float64Array;
  readonly #secondsByHour: readonly Float32Array[];
  readonly #grid: NodeGrid;
  readonly #partOf: Int32Array | undefined;
  readonly #deadGrid: NodeGrid | undefined;

  /** @throws RangeError without nodes, or for an edge that names an unknown node */
  constructor(nodes: readonly StreetNode[], edges: readonly StreetEdge[], division?: StreetDivision) {
    this.nodeCount = nodes.length;
    this.edgeCount = edges.length;
    this.#ids = nodes.map(({ id }) => id);
    this.#lats = Float64Array.from(nodes, ({ lat }) => lat);
    this.#lngs = Float64Array.from(nodes, ({ lng }) => lng);
    this.#grid = new NodeGrid(this.#lats, this.#lngs);
    this.#partOf = division?.partOf;
    this.#deadGrid = gridOf(division?.dead ?? []);
    const indexes = new Map(this.#ids.map((id, index) => [id, index]));
    const froms = Uint32Array.from(edges, ({ from }) => indexOf(indexes, from));
    const tos = Uint32Array.from(edges, ({ to }) => indexOf(indexes, to));
    this.outgoing = adjacency(nodes.length, froms, tos);
    this.incoming = adjacency(nodes.length, tos, froms);
    this.lengthsM = Float64Array.from(froms, (from, edge) =>
      greatCircleM(this.point(from), this.point(tos[edge] as number)),
    );
    this.#secondsByHour = Array.from({ length: HOURS_PER_DAY }, (_, hour) =>
      Float32Array.from(edges, ({ secondsByHour }) => secondsByHour[hour] ?? Number.NaN),
    );
  }

  /** Position of a node. */
  point(node: number): Point {
    return { lat: this.#lats[node] as number, lng: this.#lngs[node] as number };
  }

  /** Id of a node in its file. */
  nodeId(node: number): number {
    return this.#ids[node] as number;
  }

  /** Index of the node nearest to a point. */
  nearestNode(point: Point): number {
    return this.#grid.nearest(point);
  }

  /** The nearest node and the distance to it, by great circle. */
  snap(point: Point): Snap {
    const node = this.#grid.nearest(point);
    return { node, distanceM: greatCircleM(point, this.point(node)) };
  }

  /** Strongly connected part of a node; 0 is the largest. */
  partOf(node: number): number {
    return this.#partOf?.[node] ?? 0;
  }

  /** Whether the point stands in a part of the streets that was left out: its nearest street is a dead one. */
  isInDeadPart(point: Point): boolean {
    const dead = this.#deadGrid?.nearestPoint(point);
    return dead !== undefined && greatCircleM(point, dead) < this.snap(point).distanceM;
  }

  /**
   * Seconds to drive each segment in an hour of the day.
   * @throws RangeError unless the hour is 0 to 23
   */
  secondsAt(hour: number): Float32Array {
    const seconds = this.#secondsByHour[hour];
    if (seconds === undefined) throw new RangeError(`an hour of the day is 0 to 23, not ${hour}`);
    return seconds;
  }
}

function gridOf(points: readonly Point[]): NodeGrid | undefined {
  if (points.length === 0) return undefined;
  return new NodeGrid(
    Float64Array.from(points, ({ lat }) => lat),
    Float64Array.from(points, ({ lng }) => lng),
  );
}

function indexOf(indexes: ReadonlyMap<number, number>, id: number): number {
  const index = indexes.get(id);
  if (index === undefined) throw new RangeError(`an edge names node ${id}, which is not there`);
  return index;
}

function adjacency(nodeCount: number, nears: Uint32Array, fars: Uint32Array): Adjacency {
  const starts = new Uint32Array(nodeCount + 1);
  for (const near of nears) starts[near + 1] = (starts[near + 1] as number) + 1;
  for (let node = 0; node < nodeCount; node++) {
    starts[node + 1] = (starts[node + 1] as number) + (starts[node] as number);
  }
  const next = starts.slice();
  const edges = new Uint32Array(nears.length);
  const ends = new Uint32Array(nears.length);
  for (const [edge, near] of nears.entries()) {
    const slot = next[near] as number;
    next[near] = slot + 1;
    edges[slot] = edge;
    ends[slot] = fars[edge] as number;
  }
  return { starts, edges, ends };
}
