import { HEARTBEAT_INTERVAL_MS, MAX_FRAME_BYTES, SILENCE_LIMIT_MS } from '#libs/contracts';

/** The bounds of a stream server. Times are wall time: they are about networks, not about trips. */
export interface StreamLimits {
  /** Sockets of the process, those being opened included. */
  maxConnections: number;
  maxFrameBytes: number;
  /** We send a heartbeat after so long without another frame … */
  heartbeatIntervalMs: number;
  /** … and give the peer up after this silence. */
  silenceLimitMs: number;
  /** How often both are looked at. */
  sweepIntervalMs: number;
  /** A peer that reads so slowly that more than this waits for it is closed (1013); it resumes later. */
  maxBufferedBytes: number;
  /** Frames of one socket: so many at once, and so many a second in the long run. */
  frameBurst: number;
  framesPerS: number;
  /** Bad frames that one socket is forgiven at once, and a second in the long run; then it is closed (1008). */
  badFrameBurst: number;
  badFramesPerS: number;
  /** Frames that wait for the one before them to be answered; more are refused. */
  maxWaitingFrames: number;
  /** A peer that does not answer our close within this is cut off. */
  closeLimitMs: number;
}

/** Generous to a phone that catches up or to a city in fast motion, too small for a flood. */
export const STREAM_LIMITS: StreamLimits = {
  maxConnections: 20_000,
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
