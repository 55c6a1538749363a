import type { ContractionHierarchy, UpwardGraph } from './contraction/contraction-hierarchy.ts';
import type { StreetGraph } from './street-graph.ts';

/** Stands for the seconds of a missing route, and for a missing next node. */
export const NO_WAY = 65_535;
/** How long the longest stored drive is: 18 hours, the most that fits in 16 bits besides {@link NO_WAY}. */
const MAX_TABLE_S = 65_534;
/** In how many bits the fraction of a second is stored: whole seconds are exact, others to half a thousandth. */
const PARTS_BITS = 10;
const PARTS_PER_S = 1 << PARTS_BITS;
const MAX_PARTS = MAX_TABLE_S * PARTS_PER_S;
/** Above any stored time; adding one more segment still fits in 32 bits. */
const FAR = 2 ** 30;

/** How many targets one sweep has: enough to keep the innermost loop busy, one processor cache line per row. */
export const TARGETS_PER_SWEEP = 32;

/**
 * Parts of a second for each segment, at least 1: each step of a fastest route is then nearer to its end, so following
 * next nodes never loops.
 * @throws RangeError for a segment whose time is negative or not a number
 */
export function partsOfSegments(secondsOfEdge: Float32Array): Int32Array {
  return Int32Array.from(secondsOfEdge, (seconds) => {
    if (!(seconds >= 0)) throw new RangeError(`a segment takes no negative time, got ${seconds} s`);
    return Math.min(MAX_PARTS + 1, Math.max(1, Math.round(seconds * PARTS_PER_S)));
  });
}

/**
 * Travel times from all nodes to some targets without a queue, for building whole tables (D. Delling, A. Goldberg, A.
 * Nowatzyk, R. Werneck, "PHAST: Hardware-Accelerated Shortest Path Trees", IPDPS 2011): in a hierarchy, a fastest route
 * goes up and then down, so one pass over the nodes from lowest to highest and one back find all of them. Adjacent
 * memory rows hold many targets at once.
 */
export class TableSweep {
  readonly #graph: StreetGraph;
  readonly #parts: Int32Array;
  readonly #ranks: Uint32Array;
  readonly #up: IntegerArcs;
  readonly #down: IntegerArcs;
  /** A row for each node, by rank: parts of a second to each target. */
  readonly #rows: Int32Array;
  readonly #isReached: Uint8Array;
  #firstTarget = 0;
  #targets = 0;

  /** @param hierarchy of the graph with these parts as costs of its segments */
  constructor(graph: StreetGraph, hierarchy: ContractionHierarchy, parts: Int32Array) {
    this.#graph = graph;
    this.#parts = parts;
    this.#ranks = hierarchy.ranks;
    this.#up = integerArcs(hierarchy.up);
    this.#down = integerArcs(hierarchy.down);
    this.#rows = new Int32Array(graph.nodeCount * TARGETS_PER_SWEEP);
    this.#isReached = new Uint8Array(graph.nodeCount);
  }

  /** Finds the times to `targets` targets from the first one on, at most {@link TARGETS_PER_SWEEP}. */
  sweep(firstTarget: number, targets: number): void {
    this.#firstTarget = firstTarget;
    this.#targets = targets;
    this.#rows.fill(FAR);
    this.#isReached.fill(0);
    for (let column = 0; column < targets; column++) {
      const rank = this.#ranks[firstTarget + column] as number;
      this.#rows[rank * TARGETS_PER_SWEEP + column] = 0;
      this.#isReached[rank] = 1;
    }
    this.#searchUp();
    this.#searchDown();
  }

  /** Writes whole seconds into the targets' columns of a table. */
  writeSeconds(table: Uint16Array): void {
    const { nodeCount } = this.#graph;
    for (let node = 0; node < nodeCount; node++) {
      const row = (this.#ranks[node] as number) * TARGETS_PER_SWEEP;
      const start = node * nodeCount + this.#firstTarget;
      for (let column = 0; column < this.#targets; column++) {
        const parts = this.#rows[row + column] as number;
        table[start + column] = parts > MAX_PARTS ? NO_WAY : (parts + PARTS_PER_S / 2) >> PARTS_BITS;
      }
    }
  }

  /** Writes the next node on the way to each target into the targets' columns of a table. */
  writeNextNodes(table: Uint16Array): void {
    const { nodeCount } = this.#graph;
    for (let node = 0; node < nodeCount; node++) {
      const start = node * nodeCount + this.#firstTarget;
      table.fill(NO_WAY, start, start + this.#targets);
      this.#writeNextNodesOf(node, table, start);
    }
    for (let column = 0; column < this.#targets; column++) {
      const target = this.#firstTarget + column;
      table[target * nodeCount + target] = target;
    }
  }

  #writeNextNodesOf(node: number, table: Uint16Array, start: number): void {
    const { starts, edges, ends } = this.#graph.outgoing;
    const rows = this.#rows;
    const row = (this.#ranks[node] as number) * TARGETS_PER_SWEEP;
    const last = starts[node + 1] as number;
    for (let slot = starts[node] as number; slot < last; slot++) {
      const end = ends[slot] as number;
      const endRow = (this.#ranks[end] as number) * TARGETS_PER_SWEEP;
      const parts = this.#parts[edges[slot] as number] as number;
      for (let column = 0; column < this.#targets; column++) {
        const all = rows[row + column] as number;
        if ((rows[endRow + column] as number) + parts === all && all <= MAX_PARTS)
          table[start + column] = end;
      }
    }
  }

  /** Upward pass: backwards from the targets to all reachable higher nodes. */
  #searchUp(): void {
    const { starts, ends, parts } = this.#down;
    for (let rank = 0; rank < this.#isReached.length; rank++) {
      if (this.#isReached[rank] === 0) continue;
      const last = starts[rank + 1] as number;
      for (let slot = starts[rank] as number; slot < last; slot++) {
        const end = ends[slot] as number;
        this.#isReached[end] = 1;
        lower(this.#rows, end * TARGETS_PER_SWEEP, rank * TARGETS_PER_SWEEP, parts[slot] as number);
      }
    }
  }

  /** Downward pass: a node has its times once all nodes above it have theirs. */
  #searchDown(): void {
    const { starts, ends, parts } = this.#up;
    for (let rank = this.#isReached.length - 1; rank >= 0; rank--) {
      const last = starts[rank + 1] as number;
      for (let slot = starts[rank] as number; slot < last; slot++) {
        const end = ends[slot] as number;
        lower(this.#rows, rank * TARGETS_PER_SWEEP, end * TARGETS_PER_SWEEP, parts[slot] as number);
      }
    }
  }
}

interface IntegerArcs {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly parts: Int32Array;
}

function integerArcs({ starts, ends, costs }: UpwardGraph): IntegerArcs {
  return { starts, ends, parts: Int32Array.from(costs, (parts) => Math.min(MAX_PARTS + 1, parts)) };
}

/** Lowers the times of one row to those over an arc from another row. */
function lower(rows: Int32Array, row: number, other: number, parts: number): void {
  for (let column = 0; column < TARGETS_PER_SWEEP; column++) {
    const through = (rows[other + column] as number) + parts;
    if (through < (rows[row + column] as number)) rows[row + column] = through;
  }
}
