import type { PostgresCluster } from '../cluster.ts';
import type { PostgresNode } from '../postgres-node.ts';
import { query } from '../query.ts';
import { until } from '../../process/until.ts';

/** A standby that is not cut off by then does not count. */
const CUT_OFF_LIMIT_MS = 2_000;
const PATIENCE = { connectMs: 1_000, statementMs: 1_000 };

interface Position {
  isReceiving: boolean;
  /** What the startup process waits for. */
  waits: string | null;
  /** Written to disk by a receiver since the server was started; null where there was none. */
  received: string | null;
  replayed: string | null;
}

const POSITION = `
  SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'walreceiver') AS "isReceiving",
    (SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'startup') AS waits,
    (pg_last_wal_receive_lsn() - '0/0')::text AS received,
    (pg_last_wal_replay_lsn() - '0/0')::text AS replayed`;

/**
 * Parts a standby from the old primary and gives the end of the log that it has on disk, as a byte position. What it
 * has received counts, replayed or not: a promotion replays it first. Throws where that is not known in time.
 */
export async function cutOff(cluster: PostgresCluster, standby: PostgresNode): Promise<bigint> {
  await cluster.followNobody(standby);
  let position: Position | undefined;
  const isSettled = async (): Promise<boolean> => {
    [position] = await query<Position>(cluster.urlOf(standby), POSITION, PATIENCE);
    return position !== undefined && isKnown(position);
  };
  await until(isSettled, CUT_OFF_LIMIT_MS, () => `${standby.name} was not cut off`);
  return furthest(position);
}

/**
 * No receiver may add to it, and the local log has been looked through to its end: a receiver begins where that ends,
 * and without one the startup process says so by waiting for more.
 */
function isKnown({ isReceiving, received, waits }: Position): boolean {
  return !isReceiving && (received !== null || waits === 'RecoveryRetrieveRetryInterval');
}

/** A receiver counts from the beginning of a segment, which may lie before what was replayed without it. */
function furthest(position: Position | undefined): bigint {
  const received = BigInt(position?.received ?? 0);
  const replayed = BigInt(position?.replayed ?? 0);
  return received > replayed ? received : replayed;
}
