import type { PostgresCluster } from '../cluster.ts';
import type { PostgresNode } from '../postgres-node.ts';
import { chooseSuccessor, type Quorum, type ReachedStandby } from './choose-successor.ts';
import { cutOff } from './cut-off.ts';
import type { FailoverTrace } from './failover-trace.ts';
import { takeOver } from './take-over.ts';

/** Chooses among standbys that have been cut off: {@link chooseSuccessor}, except in a test of a worse choice. */
export type Choice = (quorum: Quorum, reached: readonly ReachedStandby[]) => string | undefined;

/**
 * Replaces the lost primary: fences it, cuts its standbys off, and promotes the one that has every acknowledged
 * commit. Restarts the old primary in place if too few standbys could be reached. Records each step in the trace.
 * Throws if a step fails; a repeated call is safe.
 * @param countable standbys that have followed this primary: the WAL of another standby may belong to another
 *   timeline
 */
export async function failOver(
  cluster: PostgresCluster,
  countable: ReadonlySet<string>,
  trace: FailoverTrace,
  choose: Choice = chooseSuccessor,
): Promise<void> {
  const lost = cluster.primary;
  await lost.fence();
  trace.fencedAtMs = Date.now();
  const reached = await reachedStandbys(cluster, countable);
  trace.reached = reached.map(({ name }) => name);
  const name = choose(quorumOf(cluster), reached);
  const next = cluster.standbys.find((standby) => standby.name === name) ?? lost;
  cluster.appoint(next);
  trace.promoted = next.name;
  trace.promotedLsn = await takeOver(cluster, next);
  trace.promotedAtMs = Date.now();
  const others = cluster.standbys.filter(({ server }) => server.isRunning());
  await Promise.allSettled(others.map((standby) => cluster.follow(standby)));
}

/** How many standbys the cluster has, and how many of them confirm a commit. */
export function quorumOf({
  standbys,
  isSynchronous,
}: Pick<PostgresCluster, 'standbys' | 'isSynchronous'>): Quorum {
  return { standbys: standbys.length, confirmations: isSynchronous ? 1 : 0 };
}

async function reachedStandbys(
  cluster: PostgresCluster,
  countable: ReadonlySet<string>,
): Promise<ReachedStandby[]> {
  const reach = async (standby: PostgresNode): Promise<ReachedStandby[]> => {
    if (!standby.server.isRunning()) return [];
    const lsn = await cutOff(cluster, standby).catch(() => undefined);
    return lsn === undefined || !countable.has(standby.name) ? [] : [{ name: standby.name, lsn }];
  };
  return (await Promise.all(cluster.standbys.map(reach))).flat();
}
