import { connect, type NatsConnection } from '@nats-io/transport-node';
import { EventConsumer } from '#libs/event-stream';
import { whenSo } from '../city/observer.ts';
import { ConsumedEvents } from '../checker/consumed-events.ts';
import type { EventFact } from '../checker/facts.ts';

const NAME = 'chaos';
/** A server that is gone is noticed within seconds, and looked for without end. */
const CONNECTION = { name: NAME, pingInterval: 1_000, maxPingOut: 3, maxReconnectAttempts: -1 };

/** A durable consumer of the stream of events that reads all the time, whatever happens to the city. */
export class StreamReader {
  readonly #bus: NatsConnection;
  #consumer: EventConsumer;
  readonly consumed = new ConsumedEvents();
  /** Messages that are no events. */
  readonly malformed: string[] = [];

  private constructor(bus: NatsConnection) {
    this.#bus = bus;
    this.#consumer = this.#open();
  }

  static async start(natsUrls: readonly string[]): Promise<StreamReader> {
    return new StreamReader(await connect({ ...CONNECTION, servers: [...natsUrls] }));
  }

  /** Rests while the stream is made anew, and reads it from its beginning then, knowing nothing. */
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
      handle: (events) => {
        for (const { trip_id: tripId, seq } of events) this.consumed.note({ tripId, seq });
        return Promise.resolve();
      },
      onFailure: () => {
        // It goes on by itself; whether it has missed anything is seen at the end.
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

  /** Whether it has been given all of these by then. */
  async hasCaughtUp(events: readonly EventFact[], limitMs: number): Promise<boolean> {
    return (await whenSo(() => this.consumed.missing(events).length === 0, limitMs)) !== undefined;
  }

  async stop(): Promise<void> {
    await this.#consumer.stop();
    await this.#bus.close();
  }
}
