/**
 * Binary min-heap of nodes by priority on typed arrays. A node may be in it more than once: to lower a priority, the
 * caller pushes the node again and skips the stale entry when it comes out. That is simpler than decrease-key and as
 * fast on street graphs. Entries of equal priority leave in node order.
 */
export class NodeHeap {
  readonly #priorities: Float64Array;
  readonly #nodes: Int32Array;
  #size = 0;

  /** @param capacity maximum entries at once */
  constructor(capacity: number) {
    this.#priorities = new Float64Array(capacity);
    this.#nodes = new Int32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Priority of the first entry; `Infinity` when empty. */
  get topPriority(): number {
    return this.#size === 0 ? Infinity : (this.#priorities[0] as number);
  }

  push(node: number, priority: number): void {
    let place = this.#size++;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.#isBefore(priority, node, above)) break;
      this.#priorities[place] = this.#priorities[above] as number;
      this.#nodes[place] = this.#nodes[above] as number;
      place = above;
    }
    this.#priorities[place] = priority;
    this.#nodes[place] = node;
  }

  /** Removes the first entry and returns its node; -1 when empty. */
  pop(): number {
    if (this.#size === 0) return -1;
    const top = this.#nodes[0] as number;
    const last = --this.#size;
    if (last > 0) this.#sinkFromTop(this.#nodes[last] as number, this.#priorities[last] as number);
    return top;
  }

  clear(): void {
    this.#size = 0;
  }

  #sinkFromTop(node: number, priority: number): void {
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#size) break;
      const right = below + 1;
      if (
        right < this.#size &&
        this.#isBefore(this.#priorities[right] as number, this.#nodes[right] as number, below)
      ) {
        below = right;
      }
      if (this.#isBefore(priority, node, below)) break;
      this.#priorities[place] = this.#priorities[below] as number;
      this.#nodes[place] = this.#nodes[below] as number;
      place = below;
    }
    this.#priorities[place] = priority;
    this.#nodes[place] = node;
  }

  #isBefore(priority: number, node: number, place: number): boolean {
    const other = this.#priorities[place] as number;
    return priority < other || (priority === other && node < (this.#nodes[place] as number));
  }
}
