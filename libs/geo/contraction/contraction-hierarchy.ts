import type { ArcLists } from './arc-lists.ts';
import { NodeContractor } from './node-contractor.ts';
import { NodeHeap } from '../node-heap.ts';
import type { StreetGraph } from '../street-graph.ts';

/** Arcs from each node to higher ones, as compressed sparse rows; nodes are identified by rank. */
export interface UpwardGraph {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Seconds, or the unit of the costs that the hierarchy was built with. */
  readonly costs: Float64Array;
}

/**
 * A street graph at the segment times of one hour, preprocessed for fast queries between any two nodes: R. Geisberger,
 * P. Sanders, D. Schultes, D. Delling, "Contraction Hierarchies: Faster and Simpler Hierarchical Routing in Road
 * Networks" (WEA 2008). Nodes are contracted in order of importance, the least important first; a shortcut replaces
 * each fastest path through the contracted node. A fastest path then goes up and then down in this order, so two upward
 * searches meet on it.
 */
export interface ContractionHierarchy {
  readonly nodeCount: number;
  /** Position of each node in the contraction order. */
  readonly ranks: Uint32Array;
  /** Arcs to higher nodes. */
  readonly up: UpwardGraph;
  /** Arcs from higher nodes, reversed. */
  readonly down: UpwardGraph;
}

/** How many nodes one step examines before it yields to other work. */
const NODES_PER_STEP = 128;

/** Builds a hierarchy in steps, so that a service can do other work in between. */
export class HierarchyMaker {
  readonly #nodeCount: number;
  readonly #contractor: NodeContractor;
  readonly #ranks: Uint32Array;
  readonly #queue: NodeHeap;
  #queued = 0;
  #contracted = 0;

  /**
   * @param costs cost of each segment of the graph
   * @throws RangeError for a cost that is negative or not a number
   */
  constructor(graph: StreetGraph, costs: ArrayLike<number>) {
    this.#nodeCount = graph.nodeCount;
    this.#contractor = new NodeContractor(graph, costs);
    this.#ranks = new Uint32Array(graph.nodeCount);
    this.#queue = new NodeHeap(graph.nodeCount + 1);
  }

  get isDone(): boolean {
    return this.#contracted === this.#nodeCount;
  }

  /** Examines some more nodes: enqueues them first, then contracts them. */
  step(): void {
    for (let looked = 0; looked < NODES_PER_STEP && !this.isDone; looked++) {
      if (this.#queued < this.#nodeCount) this.#enqueueNext();
      else this.#contractFirst();
    }
  }

  /** Runs all remaining steps and returns the hierarchy. */
  finish(): ContractionHierarchy {
    while (!this.isDone) this.step();
    const { outgoing, incoming } = this.#contractor;
    return {
      nodeCount: this.#nodeCount,
      ranks: this.#ranks,
      up: upwardGraph(outgoing, this.#ranks),
      down: upwardGraph(incoming, this.#ranks),
    };
  }

  #enqueueNext(): void {
    const node = this.#queued++;
    this.#queue.push(node, this.#contractor.priorityOf(node));
  }

  /** Contracts the first node of the queue, or requeues it if its priority is stale and no longer the lowest. */
  #contractFirst(): void {
    const node = this.#queue.pop();
    const priority = this.#contractor.priorityOf(node);
    if (priority > this.#queue.topPriority) {
      this.#queue.push(node, priority);
      return;
    }
    this.#contractor.contract(node);
    this.#ranks[node] = this.#contracted++;
  }
}

/**
 * Builds the hierarchy of a street graph for one hour of the day.
 * @throws RangeError unless the hour is 0 to 23
 */
export function contractionHierarchy(graph: StreetGraph, hour: number): ContractionHierarchy {
  return new HierarchyMaker(graph, graph.secondsAt(hour)).finish();
}

function upwardGraph(arcs: ArcLists, ranks: Uint32Array): UpwardGraph {
  const nodes = new Uint32Array(ranks.length);
  for (const [node, rank] of ranks.entries()) nodes[rank] = node;
  const starts = new Uint32Array(ranks.length + 1);
  for (const [rank, node] of nodes.entries()) {
    starts[rank + 1] = (starts[rank] as number) + arcs.countOf(node);
  }
  const ends = new Uint32Array(starts[ranks.length] as number);
  const costs = new Float64Array(ends.length);
  let slot = 0;
  for (const node of nodes) {
    for (let arc = arcs.firstOf(node); arc >= 0; arc = arcs.after(arc)) {
      ends[slot] = ranks[arcs.endOf(arc)] as number;
      costs[slot++] = arcs.costOf(arc);
    }
  }
  return { starts, ends, costs };
}
