import {
  DiscardPolicy,
  jetstreamManager,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { tripEventsSubject } from '#libs/contracts';

/** The stream of all committed changes of trips, for consumers that must miss none. */
export const EVENT_STREAM = 'trip-events';

/**
 * How long the event stream keeps an event; older ones are in Postgres only, from which the stream can be rebuilt.
 */
const MAX_AGE_MS = 7 * 24 * 3600 * 1000;
/** Within which time an event that is published again is not stored again. */
const DUPLICATE_WINDOW_MS = 2 * 60 * 1000;
/** How large an event may be; a larger one is not stored. A change is a kilobyte or two. */
export const MAX_EVENT_BYTES = 64 * 1024;
/** How long a request to the JetStream API waits for its answer. */
const API_TIMEOUT_MS = 5_000;

/** What differs between installations. */
export interface EventStreamSettings {
  /** Servers that store each event: an odd number, not more than there are. */
  replicas: number;
  /** The oldest events go when there are more bytes than that. */
  maxBytes: number;
}

/**
 * One subject a trip, so that a consumer may read one trip's events; their order in the stream is that of their
 * numbers.
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

/** Makes the stream where there is none; one that exists is its operator's to change. Gives true where it made it. */
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

/** Removes the stream with all its events and consumers, and makes it anew as it was; by the settings where it was not. */
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
