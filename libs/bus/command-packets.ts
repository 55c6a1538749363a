import type { Msg } from '@nats-io/transport-node';
import {
  NatsRequestJSONDeserializer,
  NatsResponseJSONDeserializer,
  type IncomingEvent,
  type IncomingRequest,
  type IncomingResponse,
} from '@nestjs/microservices';

/** How a command came in, as Nest's server tells its deserializer. */
interface Arrival {
  channel?: string;
  replyTo?: string;
}

/**
 * Reads a command's packet. What is no packet is a request all the same, whose input is what it holds: the handler's
 * schema refuses it and the asker hears why, where Nest would leave it to its timeout.
 */
export class CommandRequestDeserializer extends NatsRequestJSONDeserializer {
  override async deserialize(
    message: Msg,
    { channel, replyTo }: Arrival = {},
  ): Promise<IncomingRequest | IncomingEvent> {
    // Without a reply subject there is nobody to answer, and Nest takes what has no id as an event.
    const unread = { ...(replyTo !== undefined && { id: replyTo }), pattern: channel, data: undefined };
    try {
      return { ...unread, ...(await super.deserialize(message, { channel, replyTo })) };
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
