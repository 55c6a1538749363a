/** What a standby tells of its log. Positions are bytes as decimal text. */
export interface LogPosition {
  readonly isReceiving: boolean;
  /** What the startup process waits for. */
  readonly waits: string | null;
  /** Written to disk by a receiver since the server was started; null where there was none. */
  readonly received: string | null;
  readonly replayed: string | null;
}

/** The startup process has read all there is on disk, and has nobody to ask for more. */
const AT_END = 'RecoveryRetrieveRetryInterval';

/**
 * The end of the log that it has on disk; undefined while that is not certain. No receiver may add to it any more, and
 * the local log must have been looked through to its end: a receiver begins where that ends, and without one the startup
 * process says so by waiting. What was received counts, replayed or not: a promotion replays it first. A receiver counts
 * from the beginning of a segment, which may lie before what was replayed without it.
 */
export function logEnd({ isReceiving, waits, received, replayed }: LogPosition): bigint | undefined {
  if (isReceiving || (received === null && waits !== AT_END)) return undefined;
  const [fromReceiver, fromReplay] = [BigInt(received ?? 0), BigInt(replayed ?? 0)];
  return fromReceiver > fromReplay ? fromReceiver : fromReplay;
}
