import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';

/**
 * Calls for each message. What the callback throws goes to `onFailure`: let into the client, it would end the reading
 * of the whole connection, and the process would be deaf until the missed pings show.
 */
export function subscribe(
  bus: NatsConnection,
  subject: string,
  onMessage: (message: Msg) => void,
  onFailure: (error: unknown, subject: string) => void,
): Subscription {
  return bus.subscribe(subject, {
    callback: (error, message) => {
      if (error) return onFailure(error, subject);
      try {
        onMessage(message);
      } catch (failure) {
        onFailure(failure, message.subject);
      }
    },
  });
}
