/** A standby's report on its WAL. Positions are bytes as decimal text. */
export interface LogPosition {
  readonly isReceiving: boolean;
  /** Wait event of the startup process. */
  readonly waits: string | null;
  /** End of the WAL that a receiver wrote to disk since the start of the server; null without a receiver. */
  readonly received: string | null;
  readonly replayed: string | null;
}

/** Wait event of a startup process that has read all WAL on disk and has no receiver. */
const AT_END = 'RecoveryRetrieveRetryInterval';

/**
 * The end of the WAL on a standby's disk; undefined while uncertain. It is certain once no receiver can extend it and
 * the local WAL was read to its end: a receiver starts at that end, and without one the startup process shows it by
 * its wait event. Received WAL counts even before replay, because a promotion replays it first. A receiver counts
 * from the start of a segment, which may be before the end of the replay.
 */
export function logEnd({ isReceiving, waits, received, replayed }: LogPosition): bigint | undefined {
  if (isReceiving || (received === null && waits !== AT_END)) return undefined;
  const [fromReceiver, fromReplay] = [BigInt(received ?? 0), BigInt(replayed ?? 0)];
  return fromReceiver > fromReplay ? fromReceiver : fromReplay;
}
