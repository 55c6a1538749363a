/** The JetStream stream of all committed changes of trips, for consumers that must miss none. */
export const EVENT_STREAM = 'trip-events';

/** The durable consumer of `webhooks`: the server keeps its place in the stream for all its instances. */
export const WEBHOOK_EVENT_CONSUMER = 'webhooks';
