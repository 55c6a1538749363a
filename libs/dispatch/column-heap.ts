/**
 * Binary min-heap of columns by distance, on typed arrays, with decrease-key. Equal distances leave in order of column
 * number, so that a search is deterministic.
 */
export class ColumnHeap {
  readonly #distances: Float64Array;
  readonly #heap: Int32Array;
  /** Index of a column in the heap; -1 if it is not in it. */
  readonly #places: Int32Array;
  #size = 0;

  /** The heap orders by `distances`, which it shares with the caller. */
  constructor(distances: Float64Array) {
    this.#distances = distances;
    this.#heap = new Int32Array(distances.length);
    this.#places = new Int32Array(distances.length).fill(-1);
  }

  get size(): number {
    return this.#size;
  }

  /** The nearest column; -1 if the heap is empty. */
  get top(): number {
    return this.#size === 0 ? -1 : (this.#heap[0] as number);
  }

  has(column: number): boolean {
    return (this.#places[column] as number) >= 0;
  }

  /** Call this after the column's distance was first set or lowered. */
  raise(column: number): void {
    let place = this.#places[column] as number;
    if (place < 0) place = this.#size++;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#heap[above] as number;
      if (!this.#before(column, other)) break;
      this.#put(other, place);
      place = above;
    }
    this.#put(column, place);
  }

  /** Removes and returns the nearest column. */
  pop(): number {
    const top = this.#heap[0] as number;
    this.#places[top] = -1;
    const last = this.#heap[--this.#size] as number;
    if (this.#size > 0) this.#sink(last);
    return top;
  }

  clear(): void {
    for (let place = 0; place < this.#size; place++) this.#places[this.#heap[place] as number] = -1;
    this.#size = 0;
  }

  #sink(column: number): void {
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#size) break;
      if (
        below + 1 < this.#size &&
        this.#before(this.#heap[below + 1] as number, this.#heap[below] as number)
      )
        below++;
      const other = this.#heap[below] as number;
      if (!this.#before(other, column)) break;
      this.#put(other, place);
      place = below;
    }
    this.#put(column, place);
  }

  #put(column: number, place: number): void {
    this.#heap[place] = column;
    this.#places[column] = place;
  }

  #before(a: number, b: number): boolean {
    const distanceA = this.#distances[a] as number;
    const distanceB = this.#distances[b] as number;
    return distanceA < distanceB || (distanceA === distanceB && a < b);
  }
}
