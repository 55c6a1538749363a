import type { PostgresCluster } from '../cluster.ts';
import type { PostgresNode } from '../postgres-node.ts';
import { query } from '../../../ops/postgres/query.ts';

const PROMOTION_LIMIT_S = 8;
const PATIENCE = { connectMs: 2_000, statementMs: PROMOTION_LIMIT_S * 1000 + 1_000 };

/**
 * Makes the appointed server the primary: starts it if it is down, promotes it if it is a standby. Its commits wait
 * for a standby from the first one on. A repeated call after a failure is safe. Returns the start of its timeline.
 */
export async function takeOver(cluster: PostgresCluster, next: PostgresNode): Promise<string> {
  if (!next.server.isRunning()) await next.restart();
  const url = cluster.urlOf(next);
  await cluster.makeSynchronous(next);
  const [state] = await query<{ standby: boolean }>(url, 'SELECT pg_is_in_recovery() AS standby', PATIENCE);
  if (state?.standby !== false) {
    const promote = `SELECT pg_promote(wait => true, wait_seconds => ${PROMOTION_LIMIT_S}) AS done`;
    const [row] = await query<{ done: boolean }>(url, promote, PATIENCE);
    if (row?.done !== true) throw new Error(`${next.name} was not promoted within ${PROMOTION_LIMIT_S} s`);
  }
  const [position] = await query<{ lsn: string }>(url, 'SELECT pg_current_wal_lsn()::text AS lsn', PATIENCE);
  return position?.lsn ?? '';
}
