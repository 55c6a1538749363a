import {
  DiscardPolicy,
  jetstreamManager,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { EVENT_STREAM, tripEventsSubject } from '#libs/contracts';

/**
 * How long the event stream keeps an event; older ones are in Postgres only, from which the stream can be rebuilt.
 */
const MAX_AGE_MS = 7 * 24 * 3600 * 1000;
/** How long the stream recognizes an event that is published again, and does not store it twice. */
const DUPLICATE_WINDOW_MS = 2 * 60 * 1000;
/** How large an event may be; a larger one is not stored. A change is a kilobyte or two. */
export const MAX_EVENT_BYTES = 64 * 1024;
/** How long a request to the JetStream API waits for its answer. */
const API_TIMEOUT_MS = 5_000;

/** Settings that differ between installations. */
export interface EventStreamSettings {
  /** How many servers store each event: an odd number, at most the number of servers. */
  replicas: number;
  /** Above this size the stream discards its oldest events. */
  maxBytes: number;
}

/**
 * One subject per trip, so that a consumer can read the events of one trip. A trip's events are in the order of seq.
 */
function streamConfig({ replicas, maxBytes }: EventStreamSettings): Partial<StreamConfig> & { name: string } {
  return {
    name: EVENT_STREAM,
    description: 'Every committed change of a trip, in the order of its numbers',
    subjects: [tripEventsSubject('*')],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    storage: StorageType.File,
    num_replicas: replicas,
    max_age: nanos(MAX_AGE_MS),
    max_bytes: maxBytes,
    max_msg_size: MAX_EVENT_BYTES,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    allow_direct: true,
  };
}

/** Creates a missing stream and returns true. Leaves an existing one unchanged: its settings belong to the operator. */
export async function ensureEventStream(
  bus: NatsConnection,
  settings: EventStreamSettings,
): Promise<boolean> {
  const { streams } = await jetstreamManager(bus, { checkAPI: false, timeout: API_TIMEOUT_MS });
  try {
    await streams.info(EVENT_STREAM);
    return false;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await streams.add(streamConfig(settings));
  return true;
}

/** What the stream holds and which servers store it. Undefined if there is none. */
export async function eventStreamState(
  bus: NatsConnection,
  limitMs: number,
): Promise<StreamInfo | undefined> {
  const { streams } = await jetstreamManager(bus, { checkAPI: false, timeout: limitMs });
  return streams.info(EVENT_STREAM).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** Deletes the stream with its events and consumers. Recreates it with its own configuration, else with `settings`. */
export async function replaceEventStream(bus: NatsConnection, settings: EventStreamSettings): Promise<void> {
  const { streams } = await jetstreamManager(bus, { checkAPI: false, timeout: API_TIMEOUT_MS });
  let config = streamConfig(settings);
  try {
    config = (await streams.info(EVENT_STREAM)).config;
    await streams.delete(EVENT_STREAM);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await streams.add(config);
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}
