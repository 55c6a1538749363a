export { FrameRefused } from './read-frame.ts';
export { CLOSE, StreamConnection, type ServerFrame } from './stream-connection.ts';
export type { StreamHandler } from './stream-handler.ts';
export { STREAM_LIMITS, type StreamLimits } from './stream-limits.ts';
export { StreamModule, type StreamDefinition } from './stream.module.ts';
export { StreamServer, STREAM_PATH, type StreamServerOptions } from './stream-server.ts';
export { TicketOffice } from './ticket-office.ts';
