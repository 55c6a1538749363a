import type { EventFact, Violation } from './facts.ts';

/** Which event of which trip. */
export interface EventName {
  readonly tripId: string;
  readonly seq: number;
}

/** What a durable consumer of the stream of events has been given, in the order in which it was given. */
export class ConsumedEvents {
  readonly #trips = new Map<string, Set<number>>();
  #outOfOrder: Violation[] = [];
  #messages = 0;

  /** Repeats included. */
  get messages(): number {
    return this.#messages;
  }

  /** Events that came before one with a lower number had come for the first time. */
  get outOfOrder(): readonly Violation[] {
    return this.#outOfOrder;
  }

  note({ tripId, seq }: EventName): void {
    this.#messages += 1;
    const seen = this.#trips.get(tripId) ?? new Set();
    this.#trips.set(tripId, seen);
    // It has had each number below: what is new is the next one, and anything else is a repeat.
    if (!seen.has(seq) && seq !== seen.size + 1)
      this.#outOfOrder.push(`${tripId}#${seq} came after ${seen.size} events of its trip`);
    seen.add(seq);
  }

  all(): EventName[] {
    return [...this.#trips].flatMap(([tripId, seqs]) => [...seqs].map((seq) => ({ tripId, seq })));
  }

  has({ tripId, seq }: EventName): boolean {
    return this.#trips.get(tripId)?.has(seq) ?? false;
  }

  /** Events of the database that it never was given. */
  missing(events: readonly EventFact[]): EventName[] {
    return events.filter((event) => !this.has(event)).map(({ tripId, seq }) => ({ tripId, seq }));
  }

  /** Whoever starts again from the beginning of a stream that was made anew. */
  clear(): void {
    this.#trips.clear();
    this.#outOfOrder = [];
  }
}
