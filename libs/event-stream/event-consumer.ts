import { setTimeout as sleep } from 'node:timers/promises';
import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type ConsumerMessages,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { EVENT_STREAM, tripId } from '#libs/contracts';

/** How many delivered events may be unacknowledged before the server delivers no more. */
export const MAX_UNACKNOWLEDGED_EVENTS = 1_000;
/** How many events are handled together. */
const MAX_EVENTS_PER_BATCH = 500;
/** How long the server waits for an acknowledgement before it redelivers an event: its consumer has died. */
const ACK_WAIT_MS = 10_000;
/** How long to wait after a failure before the events are handled again. */
const RETRY_PAUSE_MS = 1_000;
/** How long a request to the JetStream API waits for its answer. */
const API_TIMEOUT_MS = 5_000;

const eventMessage = z.object({ event: z.object({ trip_id: tripId, seq: z.int().min(1) }) });
/** Identifies an event. */
export type EventNumber = z.infer<typeof eventMessage>['event'];

export interface EventConsumerOptions {
  bus: NatsConnection;
  /** Durable name: under it the server stores the position, shared by all instances and kept across restarts. */
  name: string;
  /** Creates a missing consumer. Without it the consumer is somebody else's to create: see {@link ensureEventConsumer}. */
  createsConsumer?: boolean;
  /** Handles a batch; called again with the same events if it rejects. */
  handle: (events: EventNumber[]) => Promise<void>;
  /** Called for each failure; the consumer then retries. */
  onFailure: (error: unknown) => void;
  /** Called after each handled batch. */
  onWork: () => void;
  /** Called for a message that is not an event; it is not redelivered. */
  onDropped: (error: unknown, subject: string) => void;
}

/** Creates the durable consumer of this name; leaves an existing one at its place in the stream. */
export async function ensureEventConsumer(bus: NatsConnection, name: string): Promise<void> {
  const { consumers } = await jetstreamManager(bus, { checkAPI: false, timeout: API_TIMEOUT_MS });
  await consumers.add(EVENT_STREAM, {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: MAX_UNACKNOWLEDGED_EVENTS,
  });
}

/**
 * A durable consumer of the event stream, from its first event on. Delivers each event at least once. A single running
 * instance gets a trip's events in order; only a redelivered event is out of order.
 */
export class EventConsumer {
  readonly #options: EventConsumerOptions;
  #waiting: JsMsg[] = [];
  #messages: ConsumerMessages | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  #wake: () => void = () => {};

  constructor(options: EventConsumerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= Promise.all([this.#read(), this.#work()]).then(() => undefined);
  }

  /** Resolves when the current batch is handled. Events not started are redelivered later. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#messages?.close();
    await this.#running;
    for (const message of this.#waiting) message.nak();
  }

  /** Reopens the consumer after it is lost, because of its server or the stream. */
  async #read(): Promise<void> {
    while (!this.#stopped) {
      try {
        this.#messages = await this.#open();
        const end = await this.#messages.closed();
        if (end instanceof Error) throw end;
      } catch (error) {
        this.#options.onFailure(error);
        if (!this.#stopped) await sleep(RETRY_PAUSE_MS);
      }
    }
  }

  async #open(): Promise<ConsumerMessages> {
    const { bus, name, createsConsumer = false } = this.#options;
    if (createsConsumer) await ensureEventConsumer(bus, name);
    const consumer = await jetstream(bus, { timeout: API_TIMEOUT_MS }).consumers.get(EVENT_STREAM, name);
    return consumer.consume({
      max_messages: MAX_EVENTS_PER_BATCH,
      abort_on_missing_resource: true,
      callback: (message) => {
        this.#waiting.push(message);
        this.#wake();
      },
    });
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      if (this.#waiting.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      const batch = this.#waiting.splice(0, MAX_EVENTS_PER_BATCH);
      if (batch.length > 0 && !this.#stopped) await this.#handleBatch(batch);
    }
  }

  /** Retries until the batch is handled, so that a trip's events are handled in order. */
  async #handleBatch(batch: readonly JsMsg[]): Promise<void> {
    const events = batch.flatMap((message) => this.#eventOf(message) ?? []);
    while (!this.#stopped) {
      try {
        if (events.length > 0) await this.#options.handle(events);
        for (const message of batch) message.ack();
        return this.#options.onWork();
      } catch (error) {
        this.#options.onFailure(error);
        // Extends the acknowledgement deadline, so that the server does not redeliver them during the pause.
        for (const message of [...batch, ...this.#waiting]) message.working();
        await sleep(RETRY_PAUSE_MS);
      }
    }
  }

  #eventOf(message: JsMsg): EventNumber | undefined {
    try {
      return eventMessage.parse(message.json()).event;
    } catch (error) {
      this.#options.onDropped(error, message.subject);
      return undefined;
    }
  }
}
