/** A place in the write-ahead log, in bytes from its beginning. */
export type Position = number;

/** What a server of the cluster said of itself. */
export interface HostState {
  /** `fenced`: neither follows another nor takes writes. */
  readonly role: 'primary' | 'standby' | 'fenced';
  /** Of a standby: what it receives now; null where it receives nothing, or we may not know. */
  readonly timeline: number | null;
  /** It has the log on disk up to here; null of a standby that has received nothing since its start. */
  readonly writtenTo: Position | null;
  /** What was committed up to here is seen by who reads there. */
  readonly readableTo: Position;
  /** When it was asked; the machine's monotonic time. */
  readonly askedAtMs: number;
}

export interface HostRow {
  follows: boolean;
  writable: boolean;
  timeline: number | null;
  written_to: number | null;
  readable_to: number;
}

/**
 * The timeline of a primary is in the name of its log file; that in its control file is older until a checkpoint. The
 * flushed position, not that of inserts: it ends where a record ends, so that a standby comes to have it.
 */
export const HOST_QUESTION = `
  SELECT follows, writable,
    CASE WHEN follows THEN (SELECT received_tli FROM pg_stat_wal_receiver)
      ELSE ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8))::bit(32)::int END AS timeline,
    (CASE WHEN follows THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0')::bigint AS written_to,
    (CASE WHEN follows THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0')::bigint AS readable_to
  FROM (SELECT pg_is_in_recovery() AS follows, current_setting('transaction_read_only') = 'off' AS writable OFFSET 0) AS server`;

export function hostState(row: HostRow, askedAtMs: number): HostState {
  const role = row.follows ? 'standby' : row.writable ? 'primary' : 'fenced';
  return {
    role,
    timeline: row.timeline,
    writtenTo: row.written_to,
    readableTo: row.readable_to,
    askedAtMs,
  };
}
