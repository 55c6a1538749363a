import { setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  TimeoutError,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import { accessOptions, type BusAccess } from './bus-access.ts';
import { BusRefusedError, refusalOf } from './bus-refused.ts';
import { findTlsRefusal } from './find-tls-refusal.ts';

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
export function connectionOptions(access: BusAccess, name: string) {
  return {
    ...accessOptions(access),
    name,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: MAX_PINGS_OUT,
    timeout: CONNECT_LIMIT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_WAIT_MS,
    waitOnFirstConnect: true,
    // Keeps trying after a refusal: a key that is being renewed must not end a process that works.
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
  } satisfies NodeConnectionOptions;
}

/**
 * The raw connection of a process, for positions, pushes and nudges. Waits for a server that is away, and never stops
 * reconnecting. Throws {@link BusRefusedError} if a server refuses the identity at the first connection.
 */
export async function connectBus(access: BusAccess, name: string): Promise<NatsConnection> {
  const options = { ...connectionOptions(access, name), waitOnFirstConnect: false };
  for (;;) {
    try {
      return await connect(options);
    } catch (error) {
      const refusal = refusalOf(error) ?? refusalOf(await hiddenBehind(error, access));
      if (refusal !== undefined) throw new BusRefusedError(access, refusal, error);
      await sleep(RECONNECT_WAIT_MS);
    }
  }
}

/** What a time-out hides: {@link findTlsRefusal} says why. */
async function hiddenBehind(error: unknown, access: BusAccess): Promise<Error | undefined> {
  return error instanceof TimeoutError ? findTlsRefusal(access) : undefined;
}

/**
 * Identifies the connection that is open now; undefined while there is none. A reconnect changes the id. Messages
 * published over the old connection may be lost, even if a `flush` over the new one succeeds.
 */
export function openConnection(bus: NatsConnection): string | undefined {
  const { info } = bus;
  return info === undefined ? undefined : `${info.server_id}/${info.client_id}`;
}
