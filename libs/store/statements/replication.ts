import type { Queryable } from '../postgres/database.ts';

export interface StandbyState {
  name: string;
  host: string | null;
  state: string;
  syncState: string;
  /** Null: it has confirmed everything, and nothing was written since. */
  replayLagMs: number | null;
  behindBytes: number | null;
}

export interface ReplicationState {
  name: string | null;
  host: string | null;
  timeline: number;
  standbys: StandbyState[];
}

/** The primary and who follows it. Needs pg_read_all_stats. Fails on a standby. */
export async function readReplication(database: Queryable): Promise<ReplicationState> {
  const rows = await database.rows<{
    primary_name: string | null;
    primary_host: string | null;
    timeline: number;
    name: string | null;
    host: string | null;
    state: string;
    sync_state: string;
    replay_lag_ms: number | null;
    behind_bytes: number | null;
  }>({
    name: 'read-replication',
    text: `
      SELECT nullif(current_setting('cluster_name'), '') AS primary_name,
        host(inet_server_addr()) || ':' || inet_server_port() AS primary_host,
        ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8))::bit(32)::int AS timeline,
        application_name AS name, host(client_addr) AS host, state, sync_state,
        extract(epoch FROM replay_lag)::float8 * 1000 AS replay_lag_ms,
        greatest(0, pg_current_wal_flush_lsn() - replay_lsn)::float8 AS behind_bytes
      FROM (VALUES (1)) AS this LEFT JOIN pg_stat_replication ON true
      ORDER BY application_name, pid`,
    values: [],
  });
  const first = rows[0];
  if (first === undefined) throw new Error('a join to the left gave no row');
  return {
    name: first.primary_name,
    host: first.primary_host,
    timeline: first.timeline,
    standbys: rows.flatMap((row) =>
      row.name === null
        ? []
        : [
            {
              name: row.name,
              host: row.host,
              state: row.state,
              syncState: row.sync_state,
              replayLagMs: row.replay_lag_ms,
              behindBytes: row.behind_bytes,
            },
          ],
    ),
  };
}
