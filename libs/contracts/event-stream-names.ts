/** The JetStream stream of all committed changes of trips, for consumers that must miss none. */
export const EVENT_STREAM = 'trip-events';

/** The JetStream stream of the positions of trips, for operators; kept for a while only. */
export const TRACK_STREAM = 'trip-tracks';

/** The durable consumer of `webhooks`: the server keeps its place in the stream for all its instances. */
export const WEBHOOK_EVENT_CONSUMER = 'webhooks';
