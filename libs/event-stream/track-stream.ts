import {
  DiscardPolicy,
  jetstreamManager,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  StoreCompression,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos, NoRespondersError, type Msg, type NatsConnection } from '@nats-io/transport-node';
import {
  MAX_TRACE_POSITIONS,
  TRACK_STREAM,
  trackedPosition,
  trackSubject,
  type TracePosition,
} from '#libs/contracts';

const MS_PER_S = 1_000;
/** How large a position may be; a larger one is not stored. One has about 200 bytes. */
const MAX_POSITION_BYTES = 1_024;
/** How many positions one request to the server reads: it sends them at once, and a ride takes a few requests. */
const POSITIONS_PER_READ = 1_000;
/** How long a request to the JetStream API waits for its answer. */
const API_TIMEOUT_MS = 5_000;

export interface TrackStreamSettings {
  /** How long a position is kept; 0: there is no stream. */
  keepS: number;
  /** Above this size the stream discards its oldest positions. */
  maxBytes: number;
  replicas: number;
}

/** The server stores what driver-apis publish for riders: they do not wait for it, and it answers nobody. */
function streamConfig(settings: TrackStreamSettings): Partial<StreamConfig> & { name: string } {
  const { keepS, maxBytes, replicas } = settings;
  return {
    name: TRACK_STREAM,
    description: 'Where the drivers of trips were, for operators',
    subjects: [trackSubject('*')],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    storage: StorageType.File,
    compression: StoreCompression.S2,
    num_replicas: replicas,
    max_age: nanos(keepS * MS_PER_S),
    // The server deduplicates for two minutes unless told; it refuses a window longer than the age.
    duplicate_window: nanos(MS_PER_S),
    max_bytes: maxBytes,
    max_msg_size: MAX_POSITION_BYTES,
    max_msgs_per_subject: MAX_TRACE_POSITIONS,
    no_ack: true,
    allow_direct: true,
  };
}

/**
 * Makes the stream as it is set: creates it, gives it another age or size, or deletes it. Unlike the event stream it is not
 * left to the operator: how long positions of people are kept is what the setting says.
 */
export async function applyTrackStream(
  bus: NatsConnection,
  settings: TrackStreamSettings,
): Promise<'created' | 'changed' | 'deleted' | 'unchanged'> {
  const { streams } = await jetstreamManager(bus, { checkAPI: false, timeout: API_TIMEOUT_MS });
  const wanted = streamConfig(settings);
  const found = await streams.info(TRACK_STREAM).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (settings.keepS === 0) {
    if (found === undefined) return 'unchanged';
    await streams.delete(TRACK_STREAM);
    return 'deleted';
  }
  if (found === undefined) {
    await streams.add(wanted);
    return 'created';
  }
  const { max_age: age, max_bytes: bytes } = found.config;
  if (age === wanted.max_age && bytes === wanted.max_bytes) return 'unchanged';
  await streams.update(TRACK_STREAM, {
    max_age: wanted.max_age,
    max_bytes: wanted.max_bytes,
  } as StreamConfig);
  return 'changed';
}

/**
 * The kept positions of a trip, oldest first; none if there is no stream. Skips what is no position. Asks the server itself:
 * the library's `getBatch` keeps a subscription for each call.
 */
export async function readTrack(bus: NatsConnection, tripId: string): Promise<TracePosition[]> {
  const track: TracePosition[] = [];
  let from = 1;
  while (track.length < MAX_TRACE_POSITIONS) {
    const { positions, next } = await readBatch(bus, tripId, from);
    track.push(...positions);
    if (next === from) break;
    from = next;
  }
  return track.slice(0, MAX_TRACE_POSITIONS);
}

/** Reads the first positions from a number of the stream on; `next` is where to go on. */
async function readBatch(
  bus: NatsConnection,
  tripId: string,
  from: number,
): Promise<{ positions: TracePosition[]; next: number }> {
  const request = { seq: from, batch: POSITIONS_PER_READ, next_by_subj: trackSubject(tripId) };
  const positions: TracePosition[] = [];
  let next = from;
  try {
    // An empty message is the last one: the end of the batch, or "no such message".
    const answers = await bus.requestMany(`$JS.API.DIRECT.GET.${TRACK_STREAM}`, JSON.stringify(request), {
      strategy: 'sentinel',
      maxWait: API_TIMEOUT_MS,
    });
    for await (const answer of answers) {
      if (answer.data.length === 0) break;
      next = Number(answer.headers?.get('Nats-Sequence')) + 1;
      const position = positionIn(answer);
      if (position !== undefined) positions.push(position);
    }
  } catch (error) {
    if (!(error instanceof NoRespondersError)) throw error;
  }
  return { positions, next };
}

/** Undefined for what is no position: everybody who may publish one may publish something else. */
function positionIn(message: Msg): TracePosition | undefined {
  try {
    const { recorded_at: at, point, heading_deg } = trackedPosition.parse(message.json());
    return { at, point, heading_deg };
  } catch {
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}
