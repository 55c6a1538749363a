import type { NatsConnection } from '@nats-io/transport-node';
import { connectBus } from '#libs/nats';
import { EventConsumer } from '#libs/event-stream';
import { pollUntil } from '../city/observer.ts';
import { ConsumedEvents } from '../checker/consumed-events.ts';
import type { EventFact } from '../checker/facts.ts';

const NAME = 'chaos';

/** A durable consumer of the event stream that reads throughout the run. */
export class StreamReader {
  readonly #bus: NatsConnection;
  #consumer: EventConsumer;
  readonly consumed = new ConsumedEvents();
  /** Messages that are not events. */
  readonly malformed: string[] = [];

  private constructor(bus: NatsConnection) {
    this.#bus = bus;
    this.#consumer = this.#open();
  }

  static async start(natsUrls: readonly string[]): Promise<StreamReader> {
    return new StreamReader(await connectBus({ servers: natsUrls }, NAME));
  }

  /** Pauses while the stream is rebuilt, then forgets everything and reads it from the beginning. */
  async restWhile(work: () => Promise<unknown>): Promise<void> {
    await this.#consumer.stop();
    await work();
    this.consumed.clear();
    this.#consumer = this.#open();
  }

  #open(): EventConsumer {
    const consumer = new EventConsumer({
      bus: this.#bus,
      name: NAME,
      createsConsumer: true,
      handle: (events) => {
        for (const { trip_id: tripId, seq } of events) this.consumed.note({ tripId, seq });
        return Promise.resolve();
      },
      onFailure: () => {
        // Reading continues by itself; missed events are found at the end.
      },
      onWork: () => {},
      onDropped: (error, subject) => this.malformed.push(`${subject}: ${String(error)}`),
    });
    consumer.start();
    return consumer;
  }

  get bus(): NatsConnection {
    return this.#bus;
  }

  /** Whether it has received all of these by a deadline. */
  async hasCaughtUp(events: readonly EventFact[], limitMs: number): Promise<boolean> {
    return (await pollUntil(() => this.consumed.missing(events).length === 0, limitMs)) !== undefined;
  }

  async stop(): Promise<void> {
    await this.#consumer.stop();
    await this.#bus.close();
  }
}
