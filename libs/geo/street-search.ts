import { NodeHeap } from './node-heap.ts';
import type { Adjacency } from './street-graph.ts';

const NOWHERE = -1;

/**
 * One Dijkstra search, with memory that is used again: starting anew costs nothing, so thousands of searches a second
 * leave no garbage. Nodes come out in the order of their travel time.
 */
export class StreetSearch {
  readonly #adjacency: Adjacency;
  readonly #seconds: Float64Array;
  readonly #viaEdge: Int32Array;
  readonly #viaNode: Int32Array;
  /** The search in which a node was last reached: what was noted for it in an earlier one is void. */
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
    // Each settled node pushes each of its segments once at most.
    this.#heap = new NodeHeap(adjacency.edges.length + 1);
  }

  /** @param costs seconds of each segment */
  start(node: number, costs: Float32Array): void {
    // The counter would wrap after 2^32 searches; then old marks could be taken for new.
    if (++this.#search > 0xffff_ffff) {
      this.#search = 1;
      this.#reachedIn.fill(0);
    }
    this.#costs = costs;
    this.#heap.clear();
    this.#reach(node, 0, NOWHERE, NOWHERE);
  }

  /** No node that comes out later is nearer than this; `Infinity` when none is left. */
  get nextSeconds(): number {
    return this.#heap.topPriority;
  }

  /**
   * Settles the next node and looks along its segments; -1 when none is left. Its time is {@link secondsOf}, final
   * now.
   */
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

  /** Best time known for a node; `Infinity` when it was not reached. */
  secondsOf(node: number): number {
    return this.#reachedIn[node] === this.#search ? (this.#seconds[node] as number) : Infinity;
  }

  /** The segment over which a reached node is best reached; -1 for the start. */
  viaEdge(node: number): number {
    return this.#viaEdge[node] as number;
  }

  /** The node before it on that way; -1 for the start. */
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
