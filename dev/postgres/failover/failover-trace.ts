/** What became of a primary that was lost. Times are milliseconds since the epoch; absent: not reached (yet). */
export interface FailoverTrace {
  /** Name of the server that was the primary. */
  readonly failed: string;
  readonly cause: 'ended' | 'silent';
  readonly detectedAtMs: number;
  /** None of its processes was left. */
  fencedAtMs?: number;
  /** Name of the primary since then; the same as `failed` where it was started again in place. */
  promoted?: string;
  promotedAtMs?: number;
  /** Where the log of the new primary begins to be its own, such as `0/3000148`. */
  promotedLsn?: string;
  /** A commit was confirmed by a standby again. */
  writableAtMs?: number;
  /** All standbys follow the new primary. */
  rejoinedAtMs?: number;
  /** What went wrong, where another attempt was needed. */
  error?: string;
}

/** What a keeper tells as it happens. */
export type KeeperEvent =
  | { readonly kind: 'lost' | 'promoted' | 'writable' | 'whole' | 'failed'; readonly trace: FailoverTrace }
  | {
      readonly kind: 'standby_restarted' | 'standby_rebuilt' | 'standby_failed';
      readonly standby: string;
      readonly detail?: string;
    };
