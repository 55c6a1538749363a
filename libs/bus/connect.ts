import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { Transport, type NatsOptions } from '@nestjs/microservices';
import type { Clock } from '#libs/service';
import { CommandReplyDeserializer, CommandRequestDeserializer } from './command-packets.ts';

/**
 * How often a connection pings its server. A dead server is noticed after two missed pings; nats.js takes minutes
 * by default.
 */
const PING_INTERVAL_MS = 1_000;
/** How many pings may be unanswered before the server counts as dead. */
const MAX_PINGS_OUT = 2;
/** How long to wait between two attempts to reconnect, plus up to as much again at random. */
const RECONNECT_WAIT_MS = 250;
/**
 * How long a connection attempt may take. A frozen server accepts connections and stays silent; nats.js tries the
 * next one only after 20 s.
 */
const CONNECT_LIMIT_MS = 2_000;

/** One list for the raw client and Nest's transport: never give up, notice quickly, no stack trace per request. */
function connectionOptions(servers: string[], name: string) {
  return {
    servers,
    name,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: MAX_PINGS_OUT,
    timeout: CONNECT_LIMIT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_WAIT_MS,
    waitOnFirstConnect: true,
    noAsyncTraces: true,
  } satisfies NodeConnectionOptions;
}

/** The raw connection of a process, for positions, pushes and nudges. Never stops reconnecting. */
export async function connectBus(servers: string[], name: string): Promise<NatsConnection> {
  return connect(connectionOptions(servers, name));
}

/** How long a stopping service still answers requests that were already sent to it. */
const GRACE_PERIOD_MS = 500;

/** Nest's transport for the commands of a service; instances of one queue share the work. */
export function commandTransport(servers: string[], name: string, queue: string, clock: Clock): NatsOptions {
  return {
    transport: Transport.NATS,
    options: {
      ...connectionOptions(servers, name),
      queue,
      gracefulShutdown: true,
      gracePeriod: GRACE_PERIOD_MS,
      deserializer: new CommandRequestDeserializer(clock),
    },
  };
}

/** Options of Nest's client side. */
export function commandClientOptions(servers: string[], name: string): NonNullable<NatsOptions['options']> {
  return { ...connectionOptions(servers, name), deserializer: new CommandReplyDeserializer() };
}

/**
 * Identifies the connection that is open now; undefined while there is none. A reconnect changes the id. Messages
 * published over the old connection may be lost, even if a `flush` over the new one succeeds.
 */
export function openConnection(bus: NatsConnection): string | undefined {
  const { info } = bus;
  return info === undefined ? undefined : `${info.server_id}/${info.client_id}`;
}
