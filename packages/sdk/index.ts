export * from './driver.ts';
export * from './rider.ts';
export { HailgridProblem, type ErrorCode, type Problem, type TransportCode } from './problem.ts';
export type { ChangeOptions, ClientOptions, ConnectionEvents } from './streaming-client.ts';
export {
  HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type TokenSource,
} from './rest/http-client.ts';
export { rememberedToken } from './rest/remembered-token.ts';
export { backoffMs, type Chance } from './backoff.ts';
export { StreamLink, type LinkEnd, type StreamLinkOptions } from './socket/stream-link.ts';
export * from './socket/protocol.ts';
export { hasEnded } from './socket/seen-trips.ts';
