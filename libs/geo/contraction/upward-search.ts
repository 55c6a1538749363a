import { NodeHeap } from '../node-heap.ts';
import type { UpwardGraph } from './contraction-hierarchy.ts';

/**
 * A Dijkstra search that only goes up in a hierarchy; nodes are identified by rank. Skips nodes that are reached faster
 * from above, because they lie on no fastest route (stall-on-demand). A restart costs nothing.
 */
export class UpwardSearch {
  readonly #up: UpwardGraph;
  readonly #opposite: UpwardGraph;
  readonly #seconds: Float64Array;
  /** The search in which a node was last reached. */
  readonly #reachedIn: Float64Array;
  readonly #heap: NodeHeap;
  #search = 0;

  /**
   * @param up arcs to search along
   * @param opposite arcs of the search from the other side
   */
  constructor(nodeCount: number, up: UpwardGraph, opposite: UpwardGraph) {
    this.#up = up;
    this.#opposite = opposite;
    this.#seconds = new Float64Array(nodeCount);
    this.#reachedIn = new Float64Array(nodeCount);
    // Each settled node pushes each of its arcs at most once.
    this.#heap = new NodeHeap(up.ends.length + 1);
  }

  start(node: number): void {
    this.#search++;
    this.#heap.clear();
    this.#reach(node, 0);
  }

  /** Lower bound for the time of all nodes settled later; `Infinity` when none is left. */
  get nextSeconds(): number {
    return this.#heap.topPriority;
  }

  /** Settles the next node that may lie on a fastest route and relaxes its arcs; -1 when none is left. */
  settleNext(): number {
    for (;;) {
      const priority = this.#heap.topPriority;
      const node = this.#heap.pop();
      if (node < 0) return -1;
      if (priority > (this.#seconds[node] as number) || this.#isStalled(node, priority)) continue;
      this.#relax(node, priority);
      return node;
    }
  }

  /** Seconds of the best known upward route; `Infinity` without one. */
  secondsOf(node: number): number {
    return this.#reachedIn[node] === this.#search ? (this.#seconds[node] as number) : Infinity;
  }

  #isStalled(node: number, seconds: number): boolean {
    const { starts, ends, costs } = this.#opposite;
    const last = starts[node + 1] as number;
    for (let slot = starts[node] as number; slot < last; slot++) {
      if (this.secondsOf(ends[slot] as number) + (costs[slot] as number) < seconds) return true;
    }
    return false;
  }

  #relax(node: number, seconds: number): void {
    const { starts, ends, costs } = this.#up;
    const last = starts[node + 1] as number;
    for (let slot = starts[node] as number; slot < last; slot++) {
      const end = ends[slot] as number;
      const there = seconds + (costs[slot] as number);
      if (there < this.secondsOf(end)) this.#reach(end, there);
    }
  }

  #reach(node: number, seconds: number): void {
    this.#seconds[node] = seconds;
    this.#reachedIn[node] = this.#search;
    this.#heap.push(node, seconds);
  }
}
