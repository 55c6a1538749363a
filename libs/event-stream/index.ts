export { ensureEventConsumer, EventConsumer, type EventNumber } from './event-consumer.ts';
export {
  ensureEventStream,
  eventStreamState,
  replaceEventStream,
  type EventStreamSettings,
} from './event-stream.ts';
export { applyTrackStream, readTrack, type TrackStreamSettings } from './track-stream.ts';
export { eventKey, EventWriter, STORE_TIMEOUT_MS, STORING_LIMIT_MS } from './event-writer.ts';
