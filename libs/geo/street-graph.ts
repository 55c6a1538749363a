import { NodeGrid } from './node-grid.ts';
import { greatCircleM, type Point } from './point.ts';
import {
  HOURS_PER_DAY,
  parseStreetEdges,
  parseStreetNodes,
  type StreetEdge,
  type StreetNode,
} from './street-file.ts';

/**
 * The incoming or the outgoing segments of each node, as compressed sparse rows: those of node n are the slots
 * `starts[n]` up to `starts[n + 1]` of `edges` (the segment) and `ends` (the node at its other end).
 */
export interface Adjacency {
  readonly starts: Uint32Array;
  readonly edges: Uint32Array;
  readonly ends: Uint32Array;
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

  /** @throws RangeError without nodes, or for an edge that names an unknown node */
  constructor(nodes: readonly StreetNode[], edges: readonly StreetEdge[]) {
    this.nodeCount = nodes.length;
    this.edgeCount = edges.length;
    this.#ids = nodes.map(({ id }) => id);
    this.#lats = Float64Array.from(nodes, ({ lat }) => lat);
    this.#lngs = Float64Array.from(nodes, ({ lng }) => lng);
    this.#grid = new NodeGrid(this.#lats, this.#lngs);
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

/**
 * A street graph from the texts of its two files.
 * @throws TableError that names file, line and column
 */
export function parseStreetGraph(nodesCsv: string, edgesCsv: string): StreetGraph {
  const nodes = parseStreetNodes(nodesCsv);
  return new StreetGraph(nodes, parseStreetEdges(edgesCsv, nodes));
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
