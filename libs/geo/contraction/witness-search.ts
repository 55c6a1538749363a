import { NodeHeap } from '../node-heap.ts';
import type { ArcLists } from './arc-lists.ts';

/** Nodes settled in one search before it gives up: a shortcut too many costs time, never a wrong answer. */
export const MAX_WITNESS_SETTLED = 64;
/** Entries of its queue; a search that would need more gives up too. */
const MAX_WITNESS_QUEUE = 4096;

/**
 * Looks for ways around a node that is about to be contracted. What it knows of a node's time is always the length of
 * a real way, though not always of the fastest: so an end that it knows to be near enough needs no shortcut.
 */
export class WitnessSearch {
  readonly #outgoing: ArcLists;
  readonly #seconds: Float64Array;
  /** The search in which a node was last reached, wanted. */
  readonly #reachedIn: Float64Array;
  readonly #wantedIn: Float64Array;
  readonly #heap = new NodeHeap(MAX_WITNESS_QUEUE);
  #search = 0;
  #missing = 0;

  constructor(nodeCount: number, outgoing: ArcLists) {
    this.#outgoing = outgoing;
    this.#seconds = new Float64Array(nodeCount);
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

  /** Searches from a node for ways that avoid another one and take `maxSeconds` at most. */
  run(from: number, avoided: number, maxSeconds: number): void {
    const heap = this.#heap;
    heap.clear();
    this.#reach(from, 0);
    for (let settled = 0; settled < MAX_WITNESS_SETTLED; settled++) {
      const seconds = heap.topPriority;
      if (seconds > maxSeconds || heap.size === 0) return;
      const node = heap.pop();
      if (seconds > (this.#seconds[node] as number)) continue;
      if (this.#wantedIn[node] === this.#search && --this.#missing === 0) return;
      if (!this.#relax(node, avoided, seconds, maxSeconds)) return;
    }
  }

  /** Length of a way found; `Infinity` where none was. */
  secondsTo(node: number): number {
    return this.#reachedIn[node] === this.#search ? (this.#seconds[node] as number) : Infinity;
  }

  /** False when there is no more room in the queue. */
  #relax(node: number, avoided: number, seconds: number, maxSeconds: number): boolean {
    const arcs = this.#outgoing;
    for (let arc = arcs.firstOf(node); arc >= 0; arc = arcs.after(arc)) {
      const end = arcs.endOf(arc);
      const there = seconds + arcs.secondsOf(arc);
      if (end === avoided || there > maxSeconds || there >= this.secondsTo(end)) continue;
      if (this.#heap.size === MAX_WITNESS_QUEUE) return false;
      this.#reach(end, there);
    }
    return true;
  }

  #reach(node: number, seconds: number): void {
    this.#seconds[node] = seconds;
    this.#reachedIn[node] = this.#search;
    this.#heap.push(node, seconds);
  }
}
