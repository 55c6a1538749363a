import type { StreetGraph } from '../street-graph.ts';
import { ArcLists } from './arc-lists.ts';
import { WitnessSearch } from './witness-search.ts';

/** How much the change in the number of arcs weighs in a node's priority. */
const ARC_DIFFERENCE_WEIGHT = 4;
/** How much its contracted neighbours weigh in a node's priority. */
const DELETED_NEIGHBOR_WEIGHT = 2;
/** How much its depth in the hierarchy weighs in a node's priority. */
const DEPTH_WEIGHT = 1;

/**
 * Contracts the nodes of a graph one by one, and adds shortcuts that keep the costs between the remaining nodes. The
 * arcs that a node has when it is contracted lead to nodes that are contracted later: upwards.
 */
export class NodeContractor {
  readonly outgoing: ArcLists;
  readonly incoming: ArcLists;
  readonly #witnesses: WitnessSearch;
  readonly #deletedNeighbors: Uint32Array;
  /** Levels of contracted nodes below each node. */
  readonly #depths: Uint32Array;
  /** Shortcuts that the node examined last needs: from, to and cost of each. */
  readonly #shortcuts: number[] = [];

  /** Drops loops, and all but the fastest of parallel segments. */
  constructor(graph: StreetGraph, costs: ArrayLike<number>) {
    const { nodeCount, outgoing } = graph;
    this.outgoing = new ArcLists(nodeCount);
    this.incoming = new ArcLists(nodeCount);
    this.#witnesses = new WitnessSearch(nodeCount, this.outgoing);
    this.#deletedNeighbors = new Uint32Array(nodeCount);
    this.#depths = new Uint32Array(nodeCount);
    for (let from = 0; from < nodeCount; from++) {
      const last = outgoing.starts[from + 1] as number;
      for (let slot = outgoing.starts[from] as number; slot < last; slot++) {
        const cost = costs[outgoing.edges[slot] as number] as number;
        if (!(cost >= 0)) throw new RangeError(`a segment takes no negative time, got ${cost}`);
        this.#addArc(from, outgoing.ends[slot] as number, cost);
      }
    }
  }

  /** Priority of a node, lowest contracted first; also finds the shortcuts that its contraction needs. */
  priorityOf(node: number): number {
    const arcs = this.outgoing.countOf(node) + this.incoming.countOf(node);
    this.#findShortcuts(node);
    const difference = this.#shortcuts.length / 3 - arcs;
    return (
      ARC_DIFFERENCE_WEIGHT * difference +
      DELETED_NEIGHBOR_WEIGHT * (this.#deletedNeighbors[node] as number) +
      DEPTH_WEIGHT * (this.#depths[node] as number)
    );
  }

  /** Contracts the node of the latest {@link priorityOf} call. */
  contract(node: number): void {
    const { outgoing, incoming } = this;
    for (let arc = outgoing.firstOf(node); arc >= 0; arc = outgoing.after(arc)) {
      incoming.remove(outgoing.endOf(arc), node);
      this.#noteDeleted(node, outgoing.endOf(arc));
    }
    for (let arc = incoming.firstOf(node); arc >= 0; arc = incoming.after(arc)) {
      outgoing.remove(incoming.endOf(arc), node);
      this.#noteDeleted(node, incoming.endOf(arc));
    }
    const shortcuts = this.#shortcuts;
    for (let place = 0; place < shortcuts.length; place += 3) {
      this.#addArc(
        shortcuts[place] as number,
        shortcuts[place + 1] as number,
        shortcuts[place + 2] as number,
      );
    }
  }

  #addArc(from: number, to: number, cost: number): void {
    if (from === to) return;
    this.outgoing.add(from, to, cost);
    this.incoming.add(to, from, cost);
  }

  #findShortcuts(node: number): void {
    const { outgoing, incoming } = this;
    this.#shortcuts.length = 0;
    for (let inner = incoming.firstOf(node); inner >= 0; inner = incoming.after(inner)) {
      const from = incoming.endOf(inner);
      const toNode = incoming.costOf(inner);
      const longest = this.#wantEnds(node, from);
      if (longest < 0) continue;
      this.#witnesses.run(from, node, toNode + longest);
      for (let outer = outgoing.firstOf(node); outer >= 0; outer = outgoing.after(outer)) {
        const to = outgoing.endOf(outer);
        const cost = toNode + outgoing.costOf(outer);
        if (to !== from && this.#witnesses.costTo(to) > cost) this.#shortcuts.push(from, to, cost);
      }
    }
  }

  /**
   * Sets the targets of the witness search. Returns the cost of the longest arc to one of them, or -1 without targets.
   */
  #wantEnds(node: number, except: number): number {
    const { outgoing } = this;
    let longest = -1;
    this.#witnesses.start();
    for (let arc = outgoing.firstOf(node); arc >= 0; arc = outgoing.after(arc)) {
      if (outgoing.endOf(arc) === except) continue;
      this.#witnesses.want(outgoing.endOf(arc));
      longest = Math.max(longest, outgoing.costOf(arc));
    }
    return longest;
  }

  #noteDeleted(node: number, neighbor: number): void {
    this.#deletedNeighbors[neighbor] = (this.#deletedNeighbors[neighbor] as number) + 1;
    this.#depths[neighbor] = Math.max(this.#depths[neighbor] as number, (this.#depths[node] as number) + 1);
  }
}
