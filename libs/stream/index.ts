export { FrameRefused } from './read-frame.ts';
export { CLOSE, StreamConnection, type ServerFrame, type StreamHandler } from './stream-connection.ts';
export { STREAM_LIMITS, type StreamLimits } from './stream-limits.ts';
export { streamProviders, type StreamDefinition } from './stream-providers.ts';
export { StreamServer, type StreamServerOptions } from './stream-server.ts';
export { TicketOffice } from './ticket-office.ts';
