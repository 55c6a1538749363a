import type { ClientEntry } from './client-entry.ts';
import type { ConsumedEvents } from './consumed-events.ts';
import { keyOf, type DatabaseFacts, type EventFact, type Violation } from './facts.ts';
import { fold } from './illegal-histories.ts';

/**
 * Rows that a phone or the consumer received and that are missing in the database: events, quotes, kept answers, sessions.
 * Each row once, however many received it.
 */
export function rpoRows(
  entries: readonly ClientEntry[],
  facts: DatabaseFacts,
  consumed: Pick<ConsumedEvents, 'all'>,
): Violation[] {
  const known = new KnownRows(facts);
  const rows = entries.flatMap((entry) => known.missingOf(entry));
  const published = consumed.all().filter(({ tripId, seq }) => !known.hasEvent(tripId, seq));
  return [...new Set([...rows, ...published.map(({ tripId, seq }) => eventRow(tripId, seq))])];
}

class KnownRows {
  readonly #facts: DatabaseFacts;
  readonly #states = new Map<string, ReadonlyMap<number, string>>();
  readonly #offers: ReadonlySet<string>;

  constructor(facts: DatabaseFacts) {
    this.#facts = facts;
    for (const [tripId, events] of Map.groupBy(facts.events, (event) => event.tripId))
      this.#states.set(tripId, statesOf(events));
    this.#offers = new Set(
      facts.events.flatMap(({ event }) => (event.type === 'offer_made' ? [event.offer.offerId] : [])),
    );
  }

  hasEvent(tripId: string, seq: number): boolean {
    return this.#states.get(tripId)?.has(seq) ?? false;
  }

  missingOf(entry: ClientEntry): Violation[] {
    const { quotes, sessions } = this.#facts;
    switch (entry.kind) {
      case 'quoted':
        return quotes.has(entry.quote_id) ? [] : [entry.quote_id];
      case 'answered':
        return this.#missingKey(entry.rider_id, entry.idempotency_key);
      case 'trip_requested': {
        const { rider_id: rider, idempotency_key: key } = entry;
        const keyRows = rider === undefined || key === undefined ? [] : this.#missingKey(rider, key);
        return [...this.#missingEvent(entry), ...keyRows];
      }
      case 'driver_online': {
        const { driver_id: driver, session } = entry;
        if (driver === undefined || session === undefined) return [];
        return (sessions.get(driver) ?? 0) >= session ? [] : [`session ${session} of ${driver}`];
      }
      case 'driver_offered':
        return entry.offer_id === undefined || this.#offers.has(entry.offer_id) ? [] : [entry.offer_id];
      case 'rider_listed':
        return entry.seq === 0 ? [] : this.#missingEvent(entry);
      case 'rider_saw':
      case 'rider_canceled':
      case 'driver_saw':
      case 'driver_changed':
        return this.#missingEvent(entry);
      case 'trip_asked':
      case 'repeat_refused':
      case 'request_failed':
        return [];
    }
  }

  #missingKey(actor: string, key: string): Violation[] {
    return this.#facts.keys.has(keyOf(actor, key)) ? [] : [`key ${key} of ${actor}`];
  }

  /** Another event may have taken the number. */
  #missingEvent(entry: { trip_id: string; seq: number; state?: string | undefined }): Violation[] {
    const state = this.#states.get(entry.trip_id)?.get(entry.seq);
    const isThere = state !== undefined && (entry.state === undefined || entry.state === state);
    return isThere ? [] : [eventRow(entry.trip_id, entry.seq)];
  }
}

function eventRow(tripId: string, seq: number): string {
  return `${tripId}#${seq}`;
}

/** Includes the events from the first illegal one on, without a state: {@link illegalHistories} reports those. */
function statesOf(events: readonly EventFact[]): Map<number, string> {
  const { states } = fold(events);
  return new Map([...events.map(({ seq }) => [seq, ''] as const), ...states]);
}
