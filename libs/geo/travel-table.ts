import type { StreetGraph } from './street-graph.ts';
import { NO_WAY, TableSearch } from './travel-table-search.ts';

/** A table takes two bytes a pair of nodes: 512 MiB at most, and as much again for the next nodes. */
export const MAX_TABLE_NODES = 16_384;

/** So many columns are searched before they are written, a line of the processor's cache in each row. */
const COLUMNS_AT_ONCE = 32;

export interface TravelTableOptions {
  /** Also keep the first step of each way, for {@link TravelTable.nextNode}; as much memory again. */
  readonly withNextNodes?: boolean;
}

/**
 * Fastest times between all pairs of nodes at the segment times of one hour, in whole seconds: an answer costs one read
 * of memory. Made in one go with {@link TravelTable.of}, or in steps with a {@link TravelTableMaker}.
 */
export class TravelTable {
  readonly nodeCount: number;
  readonly #seconds: Uint16Array;
  readonly #nextNodes: Uint16Array | undefined;

  /** @param seconds row = from; 65,535 where there is no way; so also for the next nodes */
  constructor(nodeCount: number, seconds: Uint16Array, nextNodes?: Uint16Array) {
    this.nodeCount = nodeCount;
    this.#seconds = seconds;
    this.#nextNodes = nextNodes;
  }

  /** @throws RangeError for an hour other than 0 to 23, and for a graph of more than {@link MAX_TABLE_NODES} */
  static of(graph: StreetGraph, hour: number, options: TravelTableOptions = {}): TravelTable {
    return new TravelTableMaker(graph, hour, options).finish();
  }

  /** Memory it takes. */
  get byteLength(): number {
    return this.#seconds.byteLength + (this.#nextNodes?.byteLength ?? 0);
  }

  /** `Infinity` where there is no way, or none within 18 hours. */
  secondsBetween(from: number, to: number): number {
    const seconds = this.#seconds[from * this.nodeCount + to] as number;
    return seconds === NO_WAY ? Infinity : seconds;
  }

  /**
   * The node after `from` on a fastest way to `to`, or `to` itself when both are the same; -1 where there is no way.
   * Step by step it arrives: all nodes agree on one way to a target.
   * @throws RangeError when the table was made without them
   */
  nextNode(from: number, to: number): number {
    if (this.#nextNodes === undefined) throw new RangeError('this table was made without next nodes');
    const next = this.#nextNodes[from * this.nodeCount + to] as number;
    return next === NO_WAY ? -1 : next;
  }
}

/** Makes a table in steps, for those who have other work to do in between. */
export class TravelTableMaker {
  readonly #nodeCount: number;
  readonly #search: TableSearch;
  readonly #seconds: Uint16Array;
  readonly #nextNodes: Uint16Array | undefined;
  /** Columns of the step in hand, one after the other. */
  readonly #secondsOfStep: Uint16Array;
  readonly #nextNodesOfStep: Uint16Array;
  #columnsMade = 0;

  /** Throws like {@link TravelTable.of}. */
  constructor(graph: StreetGraph, hour: number, { withNextNodes = false }: TravelTableOptions = {}) {
    const { nodeCount } = graph;
    if (nodeCount > MAX_TABLE_NODES) {
      throw new RangeError(`a table holds ${MAX_TABLE_NODES} nodes at most, not ${nodeCount}`);
    }
    this.#nodeCount = nodeCount;
    this.#search = new TableSearch(graph.incoming, graph.secondsAt(hour));
    this.#seconds = new Uint16Array(nodeCount * nodeCount);
    this.#nextNodes = withNextNodes ? new Uint16Array(nodeCount * nodeCount) : undefined;
    this.#secondsOfStep = new Uint16Array(nodeCount * COLUMNS_AT_ONCE);
    this.#nextNodesOfStep = new Uint16Array(withNextNodes ? nodeCount * COLUMNS_AT_ONCE : 0);
  }

  get isDone(): boolean {
    return this.#columnsMade === this.#nodeCount;
  }

  /** Searches for a few columns more, the same few each time; nothing when all are done. */
  step(): void {
    const first = this.#columnsMade;
    const columns = Math.min(COLUMNS_AT_ONCE, this.#nodeCount - first);
    for (let column = 0; column < columns; column++) this.#searchColumn(first + column, column);
    writeColumns(this.#seconds, this.#secondsOfStep, this.#nodeCount, first, columns);
    if (this.#nextNodes !== undefined) {
      writeColumns(this.#nextNodes, this.#nextNodesOfStep, this.#nodeCount, first, columns);
    }
    this.#columnsMade = first + columns;
  }

  /** All that is left, and the table. */
  finish(): TravelTable {
    while (!this.isDone) this.step();
    return new TravelTable(this.#nodeCount, this.#seconds, this.#nextNodes);
  }

  #searchColumn(target: number, column: number): void {
    const nodeCount = this.#nodeCount;
    const search = this.#search;
    search.searchTo(target);
    const start = column * nodeCount;
    for (let node = 0; node < nodeCount; node++) {
      this.#secondsOfStep[start + node] = search.secondsFrom(node);
    }
    if (this.#nextNodes === undefined) return;
    for (let node = 0; node < nodeCount; node++) {
      this.#nextNodesOfStep[start + node] = search.nextNodeFrom(node);
    }
  }
}

function writeColumns(
  table: Uint16Array,
  step: Uint16Array,
  nodeCount: number,
  first: number,
  columns: number,
): void {
  for (let row = 0; row < nodeCount; row++) {
    const start = row * nodeCount + first;
    for (let column = 0; column < columns; column++) {
      table[start + column] = step[column * nodeCount + row] as number;
    }
  }
}
