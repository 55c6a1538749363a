import { z } from 'zod';
import { idempotencyKey } from '../command.ts';
import { problem } from '../problem.ts';
import { timestamp } from '../values.ts';
import { tripId } from '../ids.ts';

/** The WebSocket subprotocol: one JSON object per text frame. */
export const JSON_SUBPROTOCOL = 'hailgrid.v1.json';

/** Where clients open a WebSocket, unless an API says otherwise. */
export const STREAM_PATH = '/v1/stream';
/** A side of a WebSocket that has sent nothing for this time sends a heartbeat. */
export const HEARTBEAT_INTERVAL_MS = 15_000;
/** After this silence of its peer a side closes the WebSocket (1001). */
export const SILENCE_LIMIT_MS = 45_000;
/** How long a client's frame may be; after a longer one the socket is closed (1009). */
export const MAX_FRAME_BYTES = 16 * 1024;

/** A client's own reference; comes back in the `ack` or `error` that answers the frame. */
const frameId = z.string().min(1).max(64);

/** A frame a client sends. */
export function clientFrame<T extends string, D extends z.ZodType>(type: T, data: D) {
  return z.strictObject({
    type: z.literal(type),
    id: frameId.optional(),
    seq: z.int().min(0).optional(),
    data,
  });
}

/**
 * A client frame with what a phone has measured. Unknown members are ignored: the libraries that measure add them, and
 * a misspelt one changes nothing that the client agreed to. All other frames refuse them.
 */
export function tolerantFrame<T extends string, D extends z.ZodType>(type: T, data: D) {
  return z.object(clientFrame(type, data).shape);
}

/**
 * A client frame that changes state. It shares its idempotency key with the equivalent REST call: after a lost answer
 * the client may repeat the request either way.
 */
export function changingFrame<T extends string, D extends z.ZodType>(type: T, data: D) {
  return clientFrame(type, data).extend({ idempotency_key: idempotencyKey.optional() });
}

/** A frame a server sends; `seq` is the trip's sequence number if the frame reports a change of a trip. */
export function serverFrame<T extends string, D extends z.ZodType>(type: T, data: D) {
  return z.object({ type: z.literal(type), id: frameId.optional(), seq: z.int().min(0).optional(), data });
}

/** How long an access token may be; a longer one is refused unread. Bounds what headers, tickets and frames carry. */
export const MAX_TOKEN_LENGTH = 8_192;

/** A newer access token of the same person: the WebSocket then ends with that one. Answered with `ack`. */
export const token = clientFrame('token', z.strictObject({ token: z.string().min(1).max(MAX_TOKEN_LENGTH) }));

/** The WebSocket is closed with this code when its access token ends, after an `error` frame `token_expired`. */
export const TOKEN_EXPIRED_CLOSE_CODE = 4401;

export const heartbeat = clientFrame('heartbeat', z.strictObject({}));
export const serverHeartbeat = serverFrame('heartbeat', z.object({ at: timestamp }));
export const errorFrame = serverFrame('error', problem);

/** How many trips one resume names; more get an error frame. */
export const MAX_RESUMED_TRIPS = 20;

/** After a reconnect: the last sequence number the client has of each trip. */
export const resume = clientFrame(
  'resume',
  z.strictObject({
    trips: z.array(z.strictObject({ trip_id: tripId, last_seq: z.int().min(0) })).max(MAX_RESUMED_TRIPS),
  }),
);
