import { NodeHeap } from './node-heap.ts';
import type { Adjacency } from './street-graph.ts';

const NOWHERE = -1;

/**
 * A Dijkstra search that reuses its memory: a restart costs nothing, so thousands of searches a second leave no
 * garbage. Nodes are settled in order of travel time.
 */
export class StreetSearch {
  readonly #adjacency: Adjacency;
  readonly #seconds: Float64Array;
  readonly #viaEdge: Int32Array;
  readonly #viaNode: Int32Array;
  /** Number of the search in which a node was last reached; its values from earlier searches are invalid. */
  readonly #reachedIn: Uint32Array;
  readonly #heap: NodeHeap;
  #search = 0;
  #costs: Float32Array = new Float32Array();

  constructor(nodeCount: number, adjacency: Adjacency) {
    this.#adjacency = adjacency;
    this.#seconds = new Float64Array(nodeCount);
    this.#viaEdge = new Int32Array(nodeCount);
    this.#viaNode = new Int32Array(nodeCount);
    this.#reachedIn = new Uint32Array(nodeCount);
    // Each settled node pushes each of its segments at most once.
    this.#heap = new NodeHeap(adjacency.edges.length + 1);
  }

  /** @param costs seconds of each segment */
  start(node: number, costs: Float32Array): void {
    // The counter would wrap after 2^32 searches, and stale marks could pass as current.
    if (++this.#search > 0xffff_ffff) {
      this.#search = 1;
      this.#reachedIn.fill(0);
    }
    this.#costs = costs;
    this.#heap.clear();
    this.#reach(node, 0, NOWHERE, NOWHERE);
  }

  /** Lower bound for the time of all nodes settled later; `Infinity` when none is left. */
  get nextSeconds(): number {
    return this.#heap.topPriority;
  }

  /** Settles the next node and relaxes its segments; -1 when none is left. Its {@link secondsOf} is now final. */
  settleNext(): number {
    for (;;) {
      const priority = this.#heap.topPriority;
      const node = this.#heap.pop();
      if (node < 0) return NOWHERE;
      if (priority > (this.#seconds[node] as number)) continue;
      this.#relax(node, priority);
      return node;
    }
  }

  /** Best known time of a node; `Infinity` if it was not reached. */
  secondsOf(node: number): number {
    return this.#reachedIn[node] === this.#search ? (this.#seconds[node] as number) : Infinity;
  }

  /** Last segment on the best known route to a reached node; -1 for the start. */
  viaEdge(node: number): number {
    return this.#viaEdge[node] as number;
  }

  /** Last node before it on that route; -1 for the start. */
  viaNode(node: number): number {
    return this.#viaNode[node] as number;
  }

  #relax(node: number, seconds: number): void {
    const { starts, edges, ends } = this.#adjacency;
    const last = starts[node + 1] as number;
    for (let slot = starts[node] as number; slot < last; slot++) {
      const edge = edges[slot] as number;
      const end = ends[slot] as number;
      const there = seconds + (this.#costs[edge] as number);
      if (there < this.secondsOf(end)) this.#reach(end, there, edge, node);
    }
  }

  #reach(node: number, seconds: number, edge: number, from: number): void {
    this.#seconds[node] = seconds;
    this.#viaEdge[node] = edge;
    this.#viaNode[node] = from;
    this.#reachedIn[node] = this.#search;
    this.#heap.push(node, seconds);
  }
}
