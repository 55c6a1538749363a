import type { PostgresCluster } from '../cluster.ts';
import type { PostgresNode } from '../postgres-node.ts';
import { query } from '../../../ops/postgres/query.ts';

const PROMOTION_LIMIT_S = 8;
const PATIENCE = { connectMs: 2_000, statementMs: PROMOTION_LIMIT_S * 1000 + 1_000 };

/**
 * Makes the primary out of the server that is appointed: starts it where it is down, promotes it where it is a standby.
 * It waits for the others from its first commit on. Can be called again where it has failed half-way. Gives the
 * position at which its own log begins.
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
