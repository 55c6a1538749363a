import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { DroppedMessage } from './log-dropped.ts';

/**
 * Calls for each message. What the callback throws goes to `onDropped`: let into the client, it would end the reading
 * of the whole connection, and the process would be deaf until the missed pings show.
 */
export function subscribe(
  bus: NatsConnection,
  subject: string,
  onMessage: (message: Msg) => void,
  onDropped: DroppedMessage,
): Subscription {
  return bus.subscribe(subject, {
    callback: (error, message) => {
      if (error) return onDropped(error, subject);
      try {
        onMessage(message);
      } catch (failure) {
        onDropped(failure, message.subject);
      }
    },
  });
}
