import { HEARTBEAT_INTERVAL_MS, MAX_FRAME_BYTES, SILENCE_LIMIT_MS } from '#libs/contracts';

/** The bounds of a stream server. Times are wall time, since they concern networks rather than trips. */
export interface StreamLimits {
  /** Sockets of the process, including those being opened. */
  maxConnections: number;
  /** Sockets of one caller; a further one closes the oldest (4001). */
  maxConnectionsPerCaller: number;
  maxFrameBytes: number;
  /** The server sends a heartbeat after this time without another frame … */
  heartbeatIntervalMs: number;
  /** … and closes the socket after this silence of the peer. */
  silenceLimitMs: number;
  /** How often both are checked. */
  sweepIntervalMs: number;
  /** Unsent bytes above which the socket of a slow peer is closed (1013); the client resumes later. */
  maxBufferedBytes: number;
  /** Frames of one socket: the burst, and the sustained rate. */
  frameBurst: number;
  framesPerS: number;
  /** Bad frames that one socket may send: the burst, and the sustained rate. Beyond that it is closed (1008). */
  badFrameBurst: number;
  badFramesPerS: number;
  /** Frames that wait for an earlier frame to be handled; more are refused. */
  maxWaitingFrames: number;
  /** How long the peer may take to answer a close before the connection is terminated. */
  closeLimitMs: number;
}

/** High enough for a phone that catches up and for a city in compressed time, too low for a flood. */
export const STREAM_LIMITS: StreamLimits = {
  maxConnections: 20_000,
  maxConnectionsPerCaller: 4,
  maxFrameBytes: MAX_FRAME_BYTES,
  heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
  silenceLimitMs: SILENCE_LIMIT_MS,
  sweepIntervalMs: 1_000,
  maxBufferedBytes: 256 * 1024,
  frameBurst: 400,
  framesPerS: 100,
  badFrameBurst: 20,
  badFramesPerS: 0.2,
  maxWaitingFrames: 256,
  closeLimitMs: 2_000,
};
