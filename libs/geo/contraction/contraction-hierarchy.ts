import type { ArcLists } from './arc-lists.ts';
import { NodeContractor } from './node-contractor.ts';
import { NodeHeap } from '../node-heap.ts';
import type { StreetGraph } from '../street-graph.ts';

/** Arcs that lead from each node to higher ones, as compressed sparse rows; all nodes are known by their rank. */
export interface UpwardGraph {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Seconds, or whatever the hierarchy was made for. */
  readonly costs: Float64Array;
}

/**
 * A street graph at the segment times of one hour, prepared for fast questions about any two of its nodes: R.
 * Geisberger, P. Sanders, D. Schultes, D. Delling, "Contraction Hierarchies: Faster and Simpler Hierarchical Routing in
 * Road Networks" (WEA 2008). Nodes are taken out of the graph, the least important first, and shortcuts are put in
 * where a fastest way led over them; each fastest way is then one that goes up and then down in this order, so two
 * searches that only go up meet on it.
 */
export interface ContractionHierarchy {
  readonly nodeCount: number;
  /** Place of each node in the order in which they were taken out. */
  readonly ranks: Uint32Array;
  /** Arcs to higher nodes, to drive up. */
  readonly up: UpwardGraph;
  /** Arcs from higher nodes, turned round: to drive down. */
  readonly down: UpwardGraph;
}

/** How many nodes one step looks at before it yields to other work. */
const NODES_A_STEP = 128;

/** Makes a hierarchy in steps, for those who have other work to do in between. */
export class HierarchyMaker {
  readonly #nodeCount: number;
  readonly #contractor: NodeContractor;
  readonly #ranks: Uint32Array;
  readonly #queue: NodeHeap;
  #queued = 0;
  #contracted = 0;

  /**
   * @param costs of the graph's segments
   * @throws RangeError for a cost that is negative or no number
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

  /** Looks at some nodes more, be it to put them in order or to take them out. */
  step(): void {
    for (let looked = 0; looked < NODES_A_STEP && !this.isDone; looked++) {
      if (this.#queued < this.#nodeCount) this.#enqueueNext();
      else this.#lookAtFirst();
    }
  }

  /** All that is left, and the hierarchy. */
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

  /** Takes the first node of the queue out, unless others have overtaken it since its priority was reckoned. */
  #lookAtFirst(): void {
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
 * The hierarchy of a street graph in one hour of the day.
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
