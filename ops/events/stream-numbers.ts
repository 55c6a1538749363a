import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { TripChange, TripId } from '#libs/contracts';
import { EVENT_STREAM } from '#libs/contracts';

const MESSAGES_PER_FETCH = 1_000;

/** The event numbers in the stream, read from its beginning. Its size is bounded by that of the stream. */
export class StreamNumbers {
  readonly #bus: NatsConnection;
  readonly #trips = new Map<TripId, Set<number>>();
  #lastRead = 0;
  #isTrimmed = false;
  #events = 0;
  #outOfOrder = 0;

  constructor(bus: NatsConnection) {
    this.#bus = bus;
  }

  /** Messages read, repeats included. */
  get events(): number {
    return this.#events;
  }

  /** Whether the stream has dropped its oldest events by age or size. */
  get isTrimmed(): boolean {
    return this.#isTrimmed;
  }

  /** Events that first appeared after a later one of their trip. */
  get outOfOrder(): number {
    return this.#outOfOrder;
  }

  /** Reads on to the present end. */
  async readOn(): Promise<void> {
    const { streams } = await jetstreamManager(this.#bus);
    const { state } = await streams.info(EVENT_STREAM);
    this.#isTrimmed ||= state.first_seq > 1;
    if (state.messages === 0 || state.last_seq <= this.#lastRead) return;
    const consumer = await jetstream(this.#bus).consumers.get(EVENT_STREAM, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.#lastRead + 1,
    });
    while (this.#lastRead < state.last_seq) {
      const left = state.last_seq - this.#lastRead;
      const batch = await consumer.fetch({ max_messages: Math.min(left, MESSAGES_PER_FETCH) });
      for await (const message of batch) {
        this.#note(message.json<TripChange>());
        this.#lastRead = message.seq;
      }
    }
  }

  has(tripId: TripId, seq: number): boolean {
    return this.#trips.get(tripId)?.has(seq) ?? false;
  }

  /** Whether an event may be missing because the stream keeps no older ones. */
  mayBeTrimmed(tripId: TripId, seq: number): boolean {
    const first = this.#trips.get(tripId)?.values().next().value;
    return this.#isTrimmed && (first === undefined || seq < first);
  }

  #note({ event: { trip_id, seq } }: TripChange): void {
    this.#events += 1;
    const seen = this.#trips.get(trip_id) ?? new Set();
    this.#trips.set(trip_id, seen);
    if (seen.has(seq)) return;
    if (seen.size > 0 && seq < Math.max(...seen)) this.#outOfOrder += 1;
    seen.add(seq);
  }
}
