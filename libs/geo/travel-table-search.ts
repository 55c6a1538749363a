import type { Adjacency } from './street-graph.ts';

/** Costs are counted in so many parts of a second: whole seconds exactly, others to half a thousandth. */
const PARTS_BITS = 10;
const PARTS_PER_S = 1 << PARTS_BITS;
/** Longer ways count as none: 18 hours, the most that fits in 16 bits beside {@link NO_WAY}. */
export const MAX_TABLE_S = 65_534;
/** Instead of seconds where there is no way, and instead of a node where there is no next one. */
export const NO_WAY = 65_535;

const MAX_PARTS = MAX_TABLE_S * PARTS_PER_S;
const UNREACHED = 2 ** 31 - 1;
const NOBODY = -1;
const NOT_QUEUED = -(2 ** 31);

/**
 * Travel times from all nodes to one, for making whole tables. The queue is one bucket for each second (R. B. Dial,
 * "Algorithm 360", CACM 1969), as a ring of doubly linked lists over the nodes, so that nothing is sorted. A node that
 * gets a better time within its own second (segments shorter than that) goes back into the queue: exact all the same.
 */
export class TableSearch {
  readonly #incoming: Adjacency;
  /** Cost of each slot of the adjacency. */
  readonly #costs: Int32Array;
  readonly #parts: Int32Array;
  readonly #nextNodes: Int32Array;
  /** First node of each bucket. */
  readonly #heads: Int32Array;
  /** In the bucket: the node after each, and the node before it, or ~bucket when it is the first. */
  readonly #after: Int32Array;
  readonly #before: Int32Array;

  /**
   * @param incoming the segments by the node where they end
   * @param secondsOfEdge their costs
   * @throws RangeError for a segment whose time is negative or no number
   */
  constructor(incoming: Adjacency, secondsOfEdge: Float32Array) {
    const nodeCount = incoming.starts.length - 1;
    this.#incoming = incoming;
    this.#costs = Int32Array.from(incoming.edges, (edge) => partsOf(secondsOfEdge[edge] ?? Number.NaN));
    this.#parts = new Int32Array(nodeCount);
    this.#nextNodes = new Int32Array(nodeCount);
    this.#after = new Int32Array(nodeCount);
    this.#before = new Int32Array(nodeCount);
    const longest = this.#costs.reduce((most, cost) => Math.max(most, cost), 0);
    // What is queued is at most the longest segment ahead of the bucket in hand, which may be a second further on.
    const buckets = 1 << (32 - Math.clz32((longest >> PARTS_BITS) + 1));
    this.#heads = new Int32Array(buckets).fill(NOBODY);
  }

  /** Searches backwards from the target until every node that reaches it has its time. */
  searchTo(target: number): void {
    const { starts, ends } = this.#incoming;
    const costs = this.#costs;
    const parts = this.#parts.fill(UNREACHED);
    const nextNodes = this.#nextNodes.fill(NOBODY);
    const heads = this.#heads;
    const after = this.#after;
    const before = this.#before.fill(NOT_QUEUED);
    const ring = heads.length - 1;
    parts[target] = 0;
    nextNodes[target] = target;
    heads[0] = target;
    after[target] = NOBODY;
    before[target] = ~0;
    let queued = 1;
    for (let second = 0; queued > 0; second++) {
      const bucket = second & ring;
      for (let node = heads[bucket] as number; node !== NOBODY; node = heads[bucket]) {
        const follower = after[node] as number;
        heads[bucket] = follower;
        if (follower !== NOBODY) before[follower] = ~bucket;
        before[node] = NOT_QUEUED;
        queued--;
        const soFar = parts[node] as number;
        const last = starts[node + 1] as number;
        for (let slot = starts[node] as number; slot < last; slot++) {
          const origin = ends[slot] as number;
          const through = soFar + (costs[slot] as number);
          if (through >= (parts[origin] as number) || through > MAX_PARTS) continue;
          parts[origin] = through;
          nextNodes[origin] = node;
          const ahead = before[origin] as number;
          if (ahead === NOT_QUEUED) queued++;
          else {
            const behind = after[origin] as number;
            if (ahead >= 0) after[ahead] = behind;
            else heads[~ahead] = behind;
            if (behind !== NOBODY) before[behind] = ahead;
          }
          const place = (through >> PARTS_BITS) & ring;
          const first = heads[place] as number;
          after[origin] = first;
          before[origin] = ~place;
          if (first !== NOBODY) before[first] = origin;
          heads[place] = origin;
        }
      }
    }
  }

  /** Whole seconds from a node to the target searched for last; {@link NO_WAY} where there is none. */
  secondsFrom(node: number): number {
    const parts = this.#parts[node] as number;
    return parts === UNREACHED ? NO_WAY : (parts + PARTS_PER_S / 2) >> PARTS_BITS;
  }

  /** The node after this one on its way to the target; {@link NO_WAY} where there is none. */
  nextNodeFrom(node: number): number {
    const next = this.#nextNodes[node] as number;
    return next === NOBODY ? NO_WAY : next;
  }
}

function partsOf(seconds: number): number {
  if (!(seconds >= 0)) throw new RangeError(`a segment takes no negative time, but ${seconds} s`);
  return Math.min(MAX_PARTS + 1, Math.round(seconds * PARTS_PER_S));
}
