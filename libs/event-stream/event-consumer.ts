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
import { tripId } from '#libs/contracts';
import { EVENT_STREAM } from './event-stream.ts';

/** How many events the server hands out before some of them are acknowledged. */
export const MAX_UNACKNOWLEDGED_EVENTS = 1_000;
/** How many events are handled together. */
const MAX_EVENTS_PER_BATCH = 500;
/** After which time without an acknowledgement the server hands an event out again: its consumer has died. */
const ACK_WAIT_MS = 10_000;
/** How long to wait after a failure before the events are handled again. */
const RETRY_PAUSE_MS = 1_000;
/** How long a request to the JetStream API waits for its answer. */
const API_TIMEOUT_MS = 5_000;

const eventMessage = z.object({ event: z.object({ trip_id: tripId, seq: z.int().min(1) }) });
/** Which event it is; whoever wants more of it reads the message's data. */
export type EventNumber = z.infer<typeof eventMessage>['event'];

export interface EventConsumerOptions {
  bus: NatsConnection;
  /** Under this name the server remembers how far it has come, over all its lives and among all its instances. */
  name: string;
  /** Deals with events; is tried again with those at which it rejects. */
  handle: (events: EventNumber[]) => Promise<void>;
  /** Told of each failure; it goes on by itself. */
  onFailure: (error: unknown) => void;
  /** Told whenever a batch has been dealt with. */
  onWork: () => void;
  /** Told of a message that is no event; it does not come again. */
  onDropped: (error: unknown, subject: string) => void;
}

/**
 * A durable consumer of the stream of events, from its beginning on. Each event comes once at least, and, to the one
 * instance that runs, those of a trip in their order; what comes again has been seen before.
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

  /** Resolves when the batch in hand is dealt with; what was not begun comes again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#messages?.close();
    await this.#running;
    for (const message of this.#waiting) message.nak();
  }

  /** Opens the consumer again whenever it is lost, with its server or with the stream. */
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
    const { bus, name } = this.#options;
    const { consumers } = await jetstreamManager(bus, { checkAPI: false, timeout: API_TIMEOUT_MS });
    await consumers.add(EVENT_STREAM, {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      max_ack_pending: MAX_UNACKNOWLEDGED_EVENTS,
    });
    const consumer = await jetstream(bus).consumers.get(EVENT_STREAM, name);
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
      if (batch.length > 0 && !this.#stopped) await this.#deal(batch);
    }
  }

  /** Tries until it is done: nothing of a trip is to be dealt with before what came before it. */
  async #deal(batch: readonly JsMsg[]): Promise<void> {
    const events = batch.flatMap((message) => this.#eventOf(message) ?? []);
    while (!this.#stopped) {
      try {
        if (events.length > 0) await this.#options.handle(events);
        for (const message of batch) message.ack();
        return this.#options.onWork();
      } catch (error) {
        this.#options.onFailure(error);
        // So that the server does not hand them out again meanwhile.
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
