interface Entry {
  readonly atMs: number;
  /** Entries with equal times run in the order in which they were added. */
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time: events run when they are due, one after the other, and take no time themselves. */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #order = 0;
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): void {
    this.#heap.push({ atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run });
    this.#rise(this.#heap.length - 1);
  }

  /** Runs all events due up to a time; calls `afterEach` after each. */
  runUntil(atMs: number, afterEach: () => void): void {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > atMs) break;
      this.#take();
      this.#nowMs = next.atMs;
      next.run();
      afterEach();
    }
    this.#nowMs = atMs;
  }

  #take(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2])
        if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a] as Entry, this.#heap[b] as Entry];
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b] as Entry, this.#heap[a] as Entry];
  }
}
