/** The steps of a failover. Times are milliseconds since the epoch; absent: not reached (yet). */
export interface FailoverTrace {
  /** Name of the lost primary. */
  readonly failed: string;
  readonly cause: 'ended' | 'silent';
  readonly detectedAtMs: number;
  /** All its processes had exited. */
  fencedAtMs?: number;
  /** Standbys that followed the lost primary and were cut off from it in time: only these can be promoted. */
  reached?: string[];
  /** Name of the new primary; equal to `failed` if that was restarted in place. */
  promoted?: string;
  promotedAtMs?: number;
  /** Start of the new primary's timeline, such as `0/3000148`. */
  promotedLsn?: string;
  /** A commit was confirmed by a standby again. */
  writableAtMs?: number;
  /** All standbys follow the new primary. */
  rejoinedAtMs?: number;
  /** The error of a failed attempt. */
  error?: string;
}

/** The events of a keeper. */
export type KeeperEvent =
  | { readonly kind: 'lost' | 'promoted' | 'writable' | 'whole' | 'failed'; readonly trace: FailoverTrace }
  | {
      readonly kind: 'standby_restarted' | 'standby_rebuilt' | 'standby_failed';
      readonly standby: string;
      readonly detail?: string;
    };
