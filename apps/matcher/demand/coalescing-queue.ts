export interface CoalescingQueueOptions<K, V> {
  /** Maximum waiting keys. */
  readonly capacity: number;
  /** Maximum keys processed at once. */
  readonly concurrency: number;
  /** Must not throw. */
  readonly work: (key: K, value: V) => Promise<void>;
}

/**
 * Processes keys in order of arrival, never one key twice at once. A key added while it waits runs once, with the newer
 * value. A key added while it runs runs once more afterwards.
 */
export class CoalescingQueue<K, V> {
  readonly #options: CoalescingQueueOptions<K, V>;
  readonly #waiting = new Map<K, V>();
  readonly #working = new Set<K>();

  constructor(options: CoalescingQueueOptions<K, V>) {
    this.#options = options;
  }

  /** Waiting keys. */
  get size(): number {
    return this.#waiting.size;
  }

  /** False when the queue is full and the key is not already in it. */
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
