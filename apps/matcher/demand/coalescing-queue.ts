export interface CoalescingQueueOptions<K, V> {
  /** Keys that may wait. */
  readonly capacity: number;
  /** Keys worked on at once. */
  readonly concurrency: number;
  /** Must not throw. */
  readonly work: (key: K, value: V) => Promise<void>;
}

/**
 * Work by key, first come first served, never twice at once for one key. A key that is added while it waits is worked
 * on once, with the newer value; one that is added while it is worked on is worked on again after that.
 */
export class CoalescingQueue<K, V> {
  readonly #options: CoalescingQueueOptions<K, V>;
  readonly #waiting = new Map<K, V>();
  readonly #working = new Set<K>();

  constructor(options: CoalescingQueueOptions<K, V>) {
    this.#options = options;
  }

  /** Keys that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** False where the queue is full and the key does not wait in it already. */
  add(key: K, value: V): boolean {
    if (this.#waiting.size >= this.#options.capacity && !this.#waiting.has(key)) return false;
    this.#waiting.set(key, value);
    this.#startWaiting();
    return true;
  }

  #startWaiting(): void {
    for (const [key, value] of this.#waiting) {
      if (this.#working.size >= this.#options.concurrency) return;
      if (this.#working.has(key)) continue;
      this.#waiting.delete(key);
      this.#working.add(key);
      void this.#options.work(key, value).finally(() => {
        this.#working.delete(key);
        this.#startWaiting();
      });
    }
  }
}
