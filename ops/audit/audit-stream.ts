import type { TripId } from '#libs/contracts';
import { readOutbox, type Database, type StoredChain } from '#libs/store';
import type { StreamNumbers } from '../events/stream-numbers.ts';

/** Events that were not found at once are looked for again; so many are. */
const MAX_SUSPECTS = 100_000;

export interface StreamReport {
  /** Messages, repeats included. */
  events: number;
  /** Whether the oldest events have gone by age or size; those are not missed. */
  trimmed: boolean;
  /** Events that wait in the outbox to be stored. */
  waiting: number;
  /** Events that are neither in the stream nor on their way there. */
  missing: number;
  out_of_order: number;
}

/** Compares the stream of events with the trips in Postgres, while both go on. */
export class StreamAudit {
  readonly #numbers: StreamNumbers;
  readonly #suspects: { tripId: TripId; seq: number }[] = [];

  /** @param numbers read before the first trip is looked at */
  constructor(numbers: StreamNumbers) {
    this.#numbers = numbers;
  }

  look({ tripId, events }: StoredChain): void {
    for (const { facts } of events) {
      const isKnown = this.#numbers.has(tripId, facts.seq) || this.#numbers.mayBeTrimmed(tripId, facts.seq);
      if (!isKnown && this.#suspects.length < MAX_SUSPECTS) this.#suspects.push({ tripId, seq: facts.seq });
    }
  }

  /** What is out of the outbox now is in the stream; so the stream is read after it. */
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
    if (waiting === undefined) throw new Error('the stream is being made anew; try again later');
    return waiting;
  }
}
