import type { NatsConnection } from '@nats-io/transport-node';

/**
 * Names the connection to a server that is open now; undefined while there is none. After a reconnect it is another
 * one, and what was published over the old one may be lost, whatever a `flush` says that is answered over the new
 * one.
 */
export function openConnection(bus: NatsConnection): string | undefined {
  const { info } = bus;
  return info === undefined ? undefined : `${info.server_id}/${info.client_id}`;
}
