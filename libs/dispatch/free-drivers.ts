/** The free drivers of each cell, as doubly linked lists in two columns: joining and leaving take constant time. */
export class FreeDrivers {
  /** First slot of each cell's list. */
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;

  constructor(cellCapacity: number, slotCapacity: number) {
    this.#heads = new Int32Array(cellCapacity).fill(END);
    this.#next = new Int32Array(slotCapacity);
    this.#previous = new Int32Array(slotCapacity);
  }

  /** The first slot in a cell; {@link END} if there is none. */
  first(cell: number): number {
    return this.#heads[cell] as number;
  }

  /** The slot after another in the same cell; {@link END} after the last. */
  after(slot: number): number {
    return this.#next[slot] as number;
  }

  join(slot: number, cell: number): void {
    const head = this.#heads[cell] as number;
    this.#next[slot] = head;
    this.#previous[slot] = END;
    if (head !== END) this.#previous[head] = slot;
    this.#heads[cell] = slot;
  }

  leave(slot: number, cell: number): void {
    const next = this.#next[slot] as number;
    const previous = this.#previous[slot] as number;
    if (previous === END) this.#heads[cell] = next;
    else this.#next[previous] = next;
    if (next !== END) this.#previous[next] = previous;
  }

  clear(): void {
    this.#heads.fill(END);
  }
}

export const END = -1;
