/** Listeners by the name of the event; the type parameter has what each event carries. */
export class Events<E extends object> {
  readonly #listeners = new Map<keyof E, Set<(event: never) => void>>();

  /** Calls the listener at each such event; the answer ends that. */
  on<K extends keyof E>(name: K, listener: (event: E[K]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** A listener that throws keeps no other from the event; its error is uncaught. */
  emit<K extends keyof E>(name: K, event: E[K]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as (event: E[K]) => void)(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
