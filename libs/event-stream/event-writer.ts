import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { tripEventsSubject, type TripChange } from '#libs/contracts';

/** For the stream's word that an event is stored. Past it the outcome is unknown, and the event is sent again. */
export const STORE_TIMEOUT_MS = 2_000;

/**
 * From reading the outbox to the last event that is sent for what was read; the rest is left to the next reading. So
 * whoever takes the outbox for itself knows when it is alone.
 */
export const STORING_LIMIT_MS = 4_000;

/** Names an event within the stream: the same one is stored once. */
export function eventKey({ trip_id, seq }: { trip_id: string; seq: number }): string {
  return `${trip_id}:${seq}`;
}

/** Puts changes of trips into the stream. */
export class EventWriter {
  readonly #stream: JetStreamClient;

  constructor(bus: NatsConnection) {
    this.#stream = jetstream(bus, { timeout: STORE_TIMEOUT_MS });
  }

  /**
   * Resolves once the stream has stored the change. The one before it of the same trip must be stored by then: what is
   * published at the same time may be stored in any order.
   */
  async store(change: TripChange): Promise<void> {
    const { event } = change;
    await this.#stream.publish(tripEventsSubject(event.trip_id), JSON.stringify(change), {
      msgID: eventKey(event),
    });
  }
}
