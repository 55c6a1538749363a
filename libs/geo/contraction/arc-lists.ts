const END = -1;
/** How many arcs per node the first allocation holds; it doubles when full. */
const FIRST_ARCS_PER_NODE = 4;

/**
 * The arcs on one side of each node while a graph is contracted, as linked lists on typed arrays. At most one arc
 * between two nodes.
 */
export class ArcLists {
  readonly #firsts: Int32Array;
  #nexts: Int32Array;
  #ends: Int32Array;
  #costs: Float64Array;
  #used = 0;
  /** Removed arcs for reuse, linked by their nexts. */
  #free = END;

  constructor(nodeCount: number) {
    const room = Math.max(1, FIRST_ARCS_PER_NODE * nodeCount);
    this.#firsts = new Int32Array(nodeCount).fill(END);
    this.#nexts = new Int32Array(room);
    this.#ends = new Int32Array(room);
    this.#costs = new Float64Array(room);
  }

  /** The first arc of a node; -1 when it has none. */
  firstOf(node: number): number {
    return this.#firsts[node] as number;
  }

  /** The arc after this one; -1 when it was the last. */
  after(arc: number): number {
    return this.#nexts[arc] as number;
  }

  /** The node at the other end. */
  endOf(arc: number): number {
    return this.#ends[arc] as number;
  }

  costOf(arc: number): number {
    return this.#costs[arc] as number;
  }

  countOf(node: number): number {
    let count = 0;
    for (let arc = this.firstOf(node); arc !== END; arc = this.after(arc)) count++;
    return count;
  }

  /** Adds an arc, or lowers the cost of the existing arc to the same end. */
  add(node: number, end: number, cost: number): void {
    for (let arc = this.firstOf(node); arc !== END; arc = this.after(arc)) {
      if (this.endOf(arc) !== end) continue;
      this.#costs[arc] = Math.min(cost, this.costOf(arc));
      return;
    }
    const arc = this.#takeArc();
    this.#ends[arc] = end;
    this.#costs[arc] = cost;
    this.#nexts[arc] = this.firstOf(node);
    this.#firsts[node] = arc;
  }

  /** Removes the arc from a node to an end, if there is one. */
  remove(node: number, end: number): void {
    let before = END;
    for (let arc = this.firstOf(node); arc !== END; arc = this.after(arc)) {
      if (this.endOf(arc) === end) {
        if (before === END) this.#firsts[node] = this.after(arc);
        else this.#nexts[before] = this.after(arc);
        this.#nexts[arc] = this.#free;
        this.#free = arc;
        return;
      }
      before = arc;
    }
  }

  #takeArc(): number {
    const arc = this.#free;
    if (arc !== END) {
      this.#free = this.after(arc);
      return arc;
    }
    if (this.#used === this.#nexts.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const room = 2 * this.#used;
    const [nexts, ends, costs] = [new Int32Array(room), new Int32Array(room), new Float64Array(room)];
    nexts.set(this.#nexts);
    ends.set(this.#ends);
    costs.set(this.#costs);
    [this.#nexts, this.#ends, this.#costs] = [nexts, ends, costs];
  }
}
