import type { TripId } from '#libs/contracts';
import { readOutbox, type Database, type StoredChain } from '#libs/store';
import type { StreamNumbers } from '../events/stream-numbers.ts';

/** How many events not found at first are looked up again in the end. */
const MAX_SUSPECTS = 100_000;

export interface StreamReport {
  /** Messages, repeats included. */
  events: number;
  /** Whether the stream has dropped its oldest events by age or size; those do not count as missing. */
  trimmed: boolean;
  /** Events that wait in the outbox. */
  waiting: number;
  /** Events that are neither in the stream nor in the outbox. */
  missing: number;
  out_of_order: number;
}

/** Compares the event stream with the trips in Postgres, while both change. */
export class StreamAudit {
  readonly #numbers: StreamNumbers;
  readonly #suspects: { tripId: TripId; seq: number }[] = [];

  /** @param numbers read before the first trip */
  constructor(numbers: StreamNumbers) {
    this.#numbers = numbers;
  }

  look({ tripId, events }: StoredChain): void {
    for (const { facts } of events) {
      const isKnown = this.#numbers.has(tripId, facts.seq) || this.#numbers.mayBeTrimmed(tripId, facts.seq);
      if (!isKnown && this.#suspects.length < MAX_SUSPECTS) this.#suspects.push({ tripId, seq: facts.seq });
    }
  }

  /** Reads the stream after the outbox, because an event that has left the outbox is in the stream. */
  async conclude(database: Database): Promise<StreamReport> {
    const waiting = await this.#waiting(database);
    await this.#numbers.readOn();
    const missing = this.#suspects.filter(
      ({ tripId, seq }) => !waiting.get(tripId)?.includes(seq) && !this.#numbers.has(tripId, seq),
    );
    return {
      events: this.#numbers.events,
      trimmed: this.#numbers.isTrimmed,
      waiting: [...waiting.values()].reduce((sum, seqs) => sum + seqs.length, 0),
      missing: missing.length,
      out_of_order: this.#numbers.outOfOrder,
    };
  }

  async #waiting(database: Database): Promise<Map<TripId, number[]>> {
    const waiting = await readOutbox(database, [...new Set(this.#suspects.map(({ tripId }) => tripId))]);
    if (waiting === undefined) throw new Error('the stream is being rebuilt; try again later');
    return waiting;
  }
}
