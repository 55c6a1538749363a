import type { Msg } from '@nats-io/transport-node';
import {
  NatsRequestJSONDeserializer,
  NatsResponseJSONDeserializer,
  type IncomingEvent,
  type IncomingRequest,
  type IncomingResponse,
} from '@nestjs/microservices';
import type { Clock } from '#libs/service';
import { isLate, LATE_COMMAND } from './command-deadline.ts';

/** How a command came in, as Nest's server tells its deserializer. */
interface Arrival {
  channel?: string;
  replyTo?: string;
}

/**
 * Reads a command's packet. What is no packet is a request all the same, whose input is what it holds: the handler's
 * schema refuses it and the asker hears why, where Nest would leave it to its timeout. Of
 * what comes too late only the asker is kept.
 */
export class CommandRequestDeserializer extends NatsRequestJSONDeserializer {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  override async deserialize(
    message: Msg,
    { channel, replyTo }: Arrival = {},
  ): Promise<IncomingRequest | IncomingEvent> {
    // Without a reply subject there is nobody to answer, and Nest takes what has no id as an event.
    const unread = { ...(replyTo !== undefined && { id: replyTo }), pattern: channel, data: undefined };
    try {
      const read = { ...unread, ...(await super.deserialize(message, { channel, replyTo })) };
      return isLate(message.headers, this.#clock) ? { ...read, data: LATE_COMMAND } : read;
    } catch {
      return unread;
    }
  }
}

/** Reads a reply. What is not JSON is a failed command here; Nest lets it reject unhandled, which ends the process. */
export class CommandReplyDeserializer extends NatsResponseJSONDeserializer {
  override async deserialize(message: Msg): Promise<IncomingResponse> {
    try {
      return await super.deserialize(message);
    } catch (error) {
      return { id: '', err: error, isDisposed: true };
    }
  }
}
