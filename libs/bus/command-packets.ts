import type { Msg } from '@nats-io/transport-node';
import {
  NatsRequestJSONDeserializer,
  NatsResponseJSONDeserializer,
  type IncomingEvent,
  type IncomingRequest,
  type IncomingResponse,
} from '@nestjs/microservices';

interface Arrival {
  channel: string;
  replyTo: string;
}

/**
 * Reads a command's packet. What is no packet is a request all the same, whose input is what it holds: the handler's
 * schema then refuses it, where Nest would leave the asker to its timeout.
 */
export class CommandRequestDeserializer extends NatsRequestJSONDeserializer {
  override deserialize(message: Msg, arrival: Arrival): IncomingRequest | IncomingEvent {
    try {
      const packet = super.deserialize(message, arrival);
      return { id: arrival.replyTo, ...packet };
    } catch {
      return { id: arrival.replyTo, pattern: arrival.channel, data: undefined };
    }
  }
}

/** Reads a reply. Nest lets what is not JSON become an unhandled rejection, which ends the process. */
export class CommandReplyDeserializer extends NatsResponseJSONDeserializer {
  override deserialize(message: Msg): IncomingResponse {
    try {
      return super.deserialize(message);
    } catch (error) {
      return { id: '', err: error, isDisposed: true };
    }
  }
}
