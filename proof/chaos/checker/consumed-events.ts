import type { EventFact, Violation } from './facts.ts';

/** Identifies one event of a trip. */
export interface EventName {
  readonly tripId: string;
  readonly seq: number;
}

/** The events that a durable consumer of the stream received, in the order of delivery. */
export class ConsumedEvents {
  readonly #trips = new Map<string, Set<number>>();
  #outOfOrder: Violation[] = [];
  #messages = 0;

  /** Including redeliveries. */
  get messages(): number {
    return this.#messages;
  }

  /** Events that arrived before one with a lower number. */
  get outOfOrder(): readonly Violation[] {
    return this.#outOfOrder;
  }

  note({ tripId, seq }: EventName): void {
    this.#messages += 1;
    const seen = this.#trips.get(tripId) ?? new Set();
    this.#trips.set(tripId, seen);
    // All lower numbers have arrived: the next number is new, any other is a redelivery.
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

  /** Events of the database that were never delivered. */
  missing(events: readonly EventFact[]): EventName[] {
    return events.filter((event) => !this.has(event)).map(({ tripId, seq }) => ({ tripId, seq }));
  }

  /** For a consumer that restarts at the beginning of a rebuilt stream. */
  clear(): void {
    this.#trips.clear();
    this.#outOfOrder = [];
  }
}
