import type { z } from 'zod';
import { TICKET_TTL_MS } from '../http/streams.ts';
import { driverClientFrame, driverServerFrame } from '../stream/driver.ts';
import {
  HEARTBEAT_INTERVAL_MS,
  JSON_SUBPROTOCOL,
  MAX_FRAME_BYTES,
  SILENCE_LIMIT_MS,
  STREAM_PATH,
  TOKEN_EXPIRED_CLOSE_CODE,
} from '../stream/frame.ts';
import { operatorClientFrame, operatorServerFrame } from '../stream/operator.ts';
import { riderClientFrame, riderServerFrame } from '../stream/rider.ts';
import { apiInfo, type ApiName } from './api-info.ts';
import { SchemaComponents, type JsonSchema } from './schema-components.ts';

/** The APIs that have a WebSocket. */
export type StreamingApi = 'rider' | 'driver' | 'trips';

type FrameUnion = z.ZodDiscriminatedUnion<readonly z.ZodObject<{ type: z.ZodLiteral<string> }>[]>;

const FRAMES: Readonly<Record<StreamingApi, { client: FrameUnion; server: FrameUnion }>> = {
  rider: { client: riderClientFrame, server: riderServerFrame },
  driver: { client: driverClientFrame, server: driverServerFrame },
  trips: { client: operatorClientFrame, server: operatorServerFrame },
};

const RESUME =
  'After a reconnect the client sends a `resume` frame with its last `seq` of each trip and gets all later changes.';

/** Where the WebSocket of each API is, and how a client gets what it missed. */
const CHANNELS: Readonly<Record<StreamingApi, { address: string; resuming: string }>> = {
  rider: { address: STREAM_PATH, resuming: RESUME },
  driver: { address: STREAM_PATH, resuming: RESUME },
  trips: {
    address: '/v1/ops/stream',
    resuming:
      'Nothing is sent before the client sends `follow`. After a reconnect it names the last `seq` that it saw, and gets ' +
      'every later entry, in order and once.',
  },
};

function descriptionOf({ address, resuming }: { address: string; resuming: string }): string {
  return [
    `Opened with a single-use ticket (POST ${address}/tickets), which lives for ${TICKET_TTL_MS / 1000} s.`,
    `One JSON object per text frame, at most ${MAX_FRAME_BYTES} bytes.`,
    `Both sides send a heartbeat after ${HEARTBEAT_INTERVAL_MS / 1000} s without another frame and close the socket ` +
      `after ${SILENCE_LIMIT_MS / 1000} s without a frame from the other side.`,
    resuming,
    'A bad frame is answered with an `error` frame. The socket closes only for abuse (1008, 1009), a client that reads ' +
      'too slowly (1013), silence or a shutdown (1001), a newer socket of the same ' +
      `caller (4001), or the end of the access token behind the ticket (${TOKEN_EXPIRED_CLOSE_CODE}); a frame \`token\` with a newer one prevents that.`,
  ].join('\n\n');
}

export function hasStream(api: ApiName): api is StreamingApi {
  return Object.hasOwn(FRAMES, api);
}

/** The AsyncAPI 3.0 document of an API's WebSocket, from the schemas that validate its frames. */
export function asyncApiDocument(api: StreamingApi) {
  const components = new SchemaComponents('draft-7');
  const client = messagesOf(FRAMES[api].client, 'client', components);
  const server = messagesOf(FRAMES[api].server, 'server', components);
  const channel = '#/channels/stream';
  const references = (messages: object) =>
    Object.keys(messages).map((name) => ({ $ref: `${channel}/messages/${name}` }));
  return {
    asyncapi: '3.0.0',
    info: { ...apiInfo(api), tags: [{ name: 'stream', description: 'The frames of the WebSocket' }] },
    defaultContentType: 'application/json',
    channels: {
      stream: {
        address: CHANNELS[api].address,
        description: descriptionOf(CHANNELS[api]),
        messages: { ...client, ...server },
        bindings: { ws: webSocketBinding() },
      },
    },
    operations: {
      receive: {
        action: 'receive',
        description: 'What a client sends',
        channel: { $ref: channel },
        messages: references(client),
      },
      send: {
        action: 'send',
        description: 'What the service sends',
        channel: { $ref: channel },
        messages: references(server),
      },
    },
    components: { schemas: components.all() },
  };
}

/** A message for each kind of frame: `client_resume`, `server_trip` … */
function messagesOf(
  frames: FrameUnion,
  sender: 'client' | 'server',
  components: SchemaComponents,
): Record<string, { name: string; payload: JsonSchema }> {
  return Object.fromEntries(
    frames.options.map((frame) => {
      const name = frame.shape.type.value;
      const payload = sender === 'server' ? components.answer(frame) : components.schema(frame);
      return [`${sender}_${name}`, { name, payload }];
    }),
  );
}

function webSocketBinding() {
  return {
    method: 'GET',
    query: {
      type: 'object',
      properties: { ticket: { type: 'string' } },
      required: ['ticket'],
    },
    headers: {
      type: 'object',
      properties: { 'Sec-WebSocket-Protocol': { type: 'string', const: JSON_SUBPROTOCOL } },
      required: ['Sec-WebSocket-Protocol'],
    },
    bindingVersion: '0.1.0',
  };
}
