import { until } from '../../process/until.ts';
import type { PostgresCluster } from '../cluster.ts';
import type { PostgresNode } from '../postgres-node.ts';
import { query } from '../../../ops/postgres/query.ts';
import { logEnd, type LogPosition } from './log-end.ts';

/** Time limit for cutting a standby off from the old primary; after it the standby does not count in the failover. */
const CUT_OFF_LIMIT_MS = 2_000;
const PATIENCE = { connectMs: 1_000, statementMs: 1_000 };

const POSITION = `
  SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'walreceiver') AS "isReceiving",
    (SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'startup') AS waits,
    (pg_last_wal_receive_lsn() - '0/0')::text AS received,
    (pg_last_wal_replay_lsn() - '0/0')::text AS replayed`;

/**
 * Cuts a standby off from the old primary, so that it confirms no further commit. Returns the end of the WAL on its
 * disk, as a byte position. Throws if that is unknown after the time limit.
 */
export async function cutOff(cluster: PostgresCluster, standby: PostgresNode): Promise<bigint> {
  await cluster.followNobody(standby);
  let end: bigint | undefined;
  const isKnown = async (): Promise<boolean> => {
    const [position] = await query<LogPosition>(cluster.urlOf(standby), POSITION, PATIENCE);
    end = position === undefined ? undefined : logEnd(position);
    return end !== undefined;
  };
  const failure = (): string => `${standby.name} was not cut off`;
  await until(isKnown, CUT_OFF_LIMIT_MS, failure);
  if (end === undefined) throw new Error(failure());
  return end;
}
