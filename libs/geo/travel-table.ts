import { HierarchyMaker } from './contraction/contraction-hierarchy.ts';
import type { StreetGraph } from './street-graph.ts';
import { NO_WAY, partsOfSegments, TableSweep, TARGETS_PER_SWEEP } from './travel-table-sweep.ts';

/** How many nodes a table may have. A pair takes two bytes: at most 512 MiB, and as much again for the next nodes. */
export const MAX_TABLE_NODES = 16_384;

export interface TravelTableOptions {
  /** Also keeps the first step of each route, for {@link TravelTable.nextNode}; doubles the memory. */
  readonly withNextNodes?: boolean;
}

/**
 * Fastest times between all pairs of nodes at the segment times of one hour, in whole seconds: a look-up is one memory
 * read. Built at once by {@link TravelTable.of}, or in steps by a {@link TravelTableMaker}.
 */
export class TravelTable {
  readonly nodeCount: number;
  readonly #seconds: Uint16Array;
  readonly #nextNodes: Uint16Array | undefined;

  /** @param seconds row = from; 65,535 without a route; the next nodes have the same layout */
  constructor(nodeCount: number, seconds: Uint16Array, nextNodes?: Uint16Array) {
    this.nodeCount = nodeCount;
    this.#seconds = seconds;
    this.#nextNodes = nextNodes;
  }

  /** @throws RangeError for an hour other than 0 to 23, and for a graph of more than {@link MAX_TABLE_NODES} */
  static of(graph: StreetGraph, hour: number, options: TravelTableOptions = {}): TravelTable {
    return new TravelTableMaker(graph, hour, options).finish();
  }

  /** Memory use of the table. */
  get byteLength(): number {
    return this.#seconds.byteLength + (this.#nextNodes?.byteLength ?? 0);
  }

  /** `Infinity` without a route within 18 hours. */
  secondsBetween(from: number, to: number): number {
    const seconds = this.#seconds[from * this.nodeCount + to] as number;
    return seconds === NO_WAY ? Infinity : seconds;
  }

  /**
   * The node after `from` on a fastest route to `to`, or `to` itself if both are the same; -1 without a route. Repeated
   * steps always arrive: all nodes agree on one route to a target.
   * @throws RangeError if the table was built without next nodes
   */
  nextNode(from: number, to: number): number {
    if (this.#nextNodes === undefined) throw new RangeError('this table was made without next nodes');
    const next = this.#nextNodes[from * this.nodeCount + to] as number;
    return next === NO_WAY ? -1 : next;
  }
}

/** Builds a table in steps of some milliseconds, so that a service can do other work in between. */
export class TravelTableMaker {
  readonly #graph: StreetGraph;
  readonly #parts: Int32Array;
  readonly #hierarchy: HierarchyMaker;
  readonly #seconds: Uint16Array;
  readonly #nextNodes: Uint16Array | undefined;
  #sweep: TableSweep | undefined;
  #columnsMade = 0;

  /** Throws like {@link TravelTable.of}. */
  constructor(graph: StreetGraph, hour: number, { withNextNodes = false }: TravelTableOptions = {}) {
    const { nodeCount } = graph;
    if (nodeCount > MAX_TABLE_NODES) {
      throw new RangeError(`a table holds ${MAX_TABLE_NODES} nodes at most, not ${nodeCount}`);
    }
    this.#graph = graph;
    this.#parts = partsOfSegments(graph.secondsAt(hour));
    this.#hierarchy = new HierarchyMaker(graph, this.#parts);
    this.#seconds = new Uint16Array(nodeCount * nodeCount);
    this.#nextNodes = withNextNodes ? new Uint16Array(nodeCount * nodeCount) : undefined;
  }

  get isDone(): boolean {
    return this.#columnsMade === this.#graph.nodeCount;
  }

  /**
   * Builds a part of the hierarchy, or once that is complete, some columns of the table; does nothing when finished.
   */
  step(): void {
    if (!this.#hierarchy.isDone) {
      this.#hierarchy.step();
      return;
    }
    const sweep = (this.#sweep ??= new TableSweep(this.#graph, this.#hierarchy.finish(), this.#parts));
    const columns = Math.min(TARGETS_PER_SWEEP, this.#graph.nodeCount - this.#columnsMade);
    sweep.sweep(this.#columnsMade, columns);
    sweep.writeSeconds(this.#seconds);
    if (this.#nextNodes !== undefined) sweep.writeNextNodes(this.#nextNodes);
    this.#columnsMade += columns;
  }

  /** Runs all remaining steps and returns the table. */
  finish(): TravelTable {
    while (!this.isDone) this.step();
    return new TravelTable(this.#graph.nodeCount, this.#seconds, this.#nextNodes);
  }
}
