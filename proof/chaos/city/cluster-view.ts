import { query } from '../../../ops/postgres/query.ts';
import type { Postgres } from '../../../dev/postgres/start-postgres.ts';

/** Timeout of a query: a dead or frozen primary does not answer. */
const PATIENCE = { connectMs: 1_000, statementMs: 2_000 };

/** The state of replication as the current primary reports it. */
export class ClusterView {
  readonly #cluster: Pick<Postgres, 'nodes' | 'standbys' | 'primaryUrl' | 'isSynchronous'>;

  constructor(cluster: Pick<Postgres, 'nodes' | 'standbys' | 'primaryUrl' | 'isSynchronous'>) {
    this.#cluster = cluster;
  }

  /** Whether every server runs and every standby streams and may confirm commits. Rejects if the primary does not answer. */
  async isWhole(): Promise<boolean> {
    const { nodes, standbys, primaryUrl, isSynchronous } = this.#cluster;
    if (!nodes.every(({ server }) => server.isRunning())) return false;
    const wanted = isSynchronous ? 'quorum' : 'async';
    const rows = await query<{ name: string }>(
      primaryUrl,
      `SELECT application_name AS name FROM pg_stat_replication
       WHERE state = 'streaming' AND sync_state = '${wanted}'`,
      PATIENCE,
    );
    const following = new Set(rows.map(({ name }) => name));
    return standbys.every(({ name }) => following.has(name));
  }

  /** Backend pids of sessions whose commit waits for a standby. */
  async waitingSessions(): Promise<number[]> {
    const rows = await query<{ pid: number }>(
      this.#cluster.primaryUrl,
      `SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'`,
      PATIENCE,
    );
    return rows.map(({ pid }) => pid);
  }

  /** Bytes of flushed log that a standby has not confirmed; undefined if it does not stream. */
  async lagBytes(standby: string): Promise<number | undefined> {
    const [row] = await query<{ lag: string | null }>(
      this.#cluster.primaryUrl,
      `SELECT (pg_current_wal_flush_lsn() - flush_lsn)::text AS lag FROM pg_stat_replication
       WHERE application_name = '${standby}'`,
      PATIENCE,
    );
    return row?.lag === undefined || row.lag === null ? undefined : Number(row.lag);
  }
}
