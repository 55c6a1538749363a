import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { tripEventsSubject, type TripChange } from '#libs/contracts';

/**
 * How long the writer waits for the stream to confirm an event. After that the outcome is unknown, and the event is
 * sent again.
 */
export const STORE_TIMEOUT_MS = 2_000;

/**
 * How long after reading the outbox its events may still be sent; the rest wait for the next read. So a process
 * that takes the outbox for itself knows when it is alone.
 */
export const STORING_LIMIT_MS = 4_000;

/** Deduplication key of an event within the stream. */
export function eventKey({ trip_id, seq }: { trip_id: string; seq: number }): string {
  return `${trip_id}:${seq}`;
}

/** Publishes trip changes to the stream. */
export class EventWriter {
  readonly #stream: JetStreamClient;

  constructor(bus: NatsConnection) {
    this.#stream = jetstream(bus, { timeout: STORE_TIMEOUT_MS });
  }

  /**
   * Resolves once the stream has stored the change. The trip's previous change must be stored before the call: changes
   * published concurrently may be stored in any order.
   */
  async store(change: TripChange): Promise<void> {
    const { event } = change;
    await this.#stream.publish(tripEventsSubject(event.trip_id), JSON.stringify(change), {
      msgID: eventKey(event),
    });
  }
}
