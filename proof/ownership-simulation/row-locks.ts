type Mode = 'shared' | 'exclusive';

interface Waiting {
  readonly transaction: object;
  readonly mode: Mode;
  readonly granted: () => void;
}

interface Lock {
  readonly holders: Map<object, Mode>;
  waiting: Waiting[];
}

/** Row locks as in Postgres: shared locks are compatible with each other, an exclusive one with none. */
export class RowLocks {
  readonly #locks = new Map<string, Lock>();

  /** Takes the locks in the given order, then continues. */
  take(transaction: object, keys: readonly string[], mode: Mode, granted: () => void): void {
    const [key, ...rest] = keys;
    if (key === undefined) return granted();
    this.#takeOne(transaction, key, mode, () => this.take(transaction, rest, mode, granted));
  }

  release(transaction: object): void {
    const granted: (() => void)[] = [];
    for (const [key, lock] of this.#locks) {
      lock.waiting = lock.waiting.filter((waiting) => waiting.transaction !== transaction);
      if (lock.holders.delete(transaction) || lock.waiting.length > 0) granted.push(...this.#grant(lock));
      if (lock.holders.size === 0 && lock.waiting.length === 0) this.#locks.delete(key);
    }
    for (const run of granted) run();
  }

  clear(): void {
    this.#locks.clear();
  }

  #takeOne(transaction: object, key: string, mode: Mode, granted: () => void): void {
    const lock = this.#locks.get(key) ?? { holders: new Map<object, Mode>(), waiting: [] };
    this.#locks.set(key, lock);
    lock.waiting.push({ transaction, mode, granted });
    for (const run of this.#grant(lock)) run();
  }

  /** Grants locks from the front of the queue while they are compatible. */
  #grant(lock: Lock): (() => void)[] {
    const granted: (() => void)[] = [];
    for (let next = lock.waiting[0]; next !== undefined && fits(lock, next); next = lock.waiting[0]) {
      lock.waiting.shift();
      lock.holders.set(next.transaction, next.mode);
      granted.push(next.granted);
    }
    return granted;
  }
}

function fits({ holders }: Lock, { transaction, mode }: Waiting): boolean {
  return [...holders].every(
    ([holder, held]) => holder === transaction || (held === 'shared' && mode === 'shared'),
  );
}
