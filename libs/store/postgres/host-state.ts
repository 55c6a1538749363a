/** A place in the write-ahead log, in bytes from its beginning. */
export type Position = number;

/** What a server of the cluster reports about itself. */
export interface HostState {
  /** `fenced`: neither follows a primary nor takes writes. */
  readonly role: 'primary' | 'standby' | 'fenced';
  /** Of a standby: the one it receives now; null if it receives nothing, or the role may not read it. */
  readonly timeline: number | null;
  /** End of the log on its disk; null for a standby that has received nothing since its start. */
  readonly writtenTo: Position | null;
  /** Reads from this server show all commits up to here. */
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
 * Takes a primary's timeline from the name of its log file: the control file has an older one until a checkpoint. Takes the
 * flushed position, not that of inserts: it ends at the end of a record, so a standby can reach it.
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
