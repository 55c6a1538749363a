import { NodeHeap } from '../node-heap.ts';
import type { ArcLists } from './arc-lists.ts';

/** How many nodes one search settles before it gives up: a needless shortcut costs time, never a wrong answer. */
export const MAX_WITNESS_SETTLED = 64;
/** How many entries its queue holds before the search gives up. */
const MAX_WITNESS_QUEUE = 4096;

/**
 * Looks for ways around a node that is about to be contracted. What it knows of a node's cost is always that of
 * a real way, though not always of the fastest: so an end that it knows to be near enough needs no shortcut.
 */
export class WitnessSearch {
  readonly #outgoing: ArcLists;
  readonly #costs: Float64Array;
  /** The search in which a node was last reached, wanted. */
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

  /** Begins anew. */
  start(): void {
    this.#search++;
    this.#missing = 0;
  }

  /** The search may end when all nodes wanted are settled. */
  want(node: number): void {
    if (this.#wantedIn[node] === this.#search) return;
    this.#wantedIn[node] = this.#search;
    this.#missing++;
  }

  /** Searches from a node for ways that avoid another one and take `maxCost` at most. */
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

  /** Cost of a way found; `Infinity` where none was. */
  costTo(node: number): number {
    return this.#reachedIn[node] === this.#search ? (this.#costs[node] as number) : Infinity;
  }

  /** False when there is no more room in the queue. */
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
