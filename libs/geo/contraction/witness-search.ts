import { NodeHeap } from '../node-heap.ts';
import type { ArcLists } from './arc-lists.ts';

/** How many nodes one search settles before it gives up: an unnecessary shortcut costs time, never a wrong answer. */
export const MAX_WITNESS_SETTLED = 64;
/** How many entries its queue holds before the search gives up. */
const MAX_WITNESS_QUEUE = 4096;

/**
 * Searches for routes around a node that is about to be contracted. Each known cost is that of a real route, not always
 * the fastest one, so an end with a low enough known cost needs no shortcut.
 */
export class WitnessSearch {
  readonly #outgoing: ArcLists;
  readonly #costs: Float64Array;
  /** Number of the search in which a node was last reached or wanted. */
  readonly #reachedIn: Float64Array;
  readonly #wantedIn: Float64Array;
  readonly #heap = new NodeHeap(MAX_WITNESS_QUEUE);
  #search = 0;
  #missing = 0;

  constructor(nodeCount: number, outgoing: ArcLists) {
    this.#outgoing = outgoing;
    this.#costs = new Float64Array(nodeCount);
    this.#reachedIn = new Float64Array(nodeCount);
    this.#wantedIn = new Float64Array(nodeCount);
  }

  /** Starts a new search. */
  start(): void {
    this.#search++;
    this.#missing = 0;
  }

  /** Adds a target: the search ends when all targets are settled. */
  want(node: number): void {
    if (this.#wantedIn[node] === this.#search) return;
    this.#wantedIn[node] = this.#search;
    this.#missing++;
  }

  /** Searches from a node for routes that avoid another node and cost at most `maxCost`. */
  run(from: number, avoided: number, maxCost: number): void {
    const heap = this.#heap;
    heap.clear();
    this.#reach(from, 0);
    for (let settled = 0; settled < MAX_WITNESS_SETTLED; settled++) {
      const cost = heap.topPriority;
      if (cost > maxCost || heap.size === 0) return;
      const node = heap.pop();
      if (cost > (this.#costs[node] as number)) continue;
      if (this.#wantedIn[node] === this.#search && --this.#missing === 0) return;
      if (!this.#relax(node, avoided, cost, maxCost)) return;
    }
  }

  /** Cost of the route found; `Infinity` if none was found. */
  costTo(node: number): number {
    return this.#reachedIn[node] === this.#search ? (this.#costs[node] as number) : Infinity;
  }

  /** False when the queue is full. */
  #relax(node: number, avoided: number, cost: number, maxCost: number): boolean {
    const arcs = this.#outgoing;
    for (let arc = arcs.firstOf(node); arc >= 0; arc = arcs.after(arc)) {
      const end = arcs.endOf(arc);
      const there = cost + arcs.costOf(arc);
      if (end === avoided || there > maxCost || there >= this.costTo(end)) continue;
      if (this.#heap.size === MAX_WITNESS_QUEUE) return false;
      this.#reach(end, there);
    }
    return true;
  }

  #reach(node: number, cost: number): void {
    this.#costs[node] = cost;
    this.#reachedIn[node] = this.#search;
    this.#heap.push(node, cost);
  }
}
