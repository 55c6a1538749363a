import type { PostgresCluster } from '../cluster.ts';
import type { PostgresNode } from '../postgres-node.ts';
import { chooseSuccessor, type Quorum, type ReachedStandby } from './choose-successor.ts';
import { cutOff } from './cut-off.ts';
import type { FailoverTrace } from './failover-trace.ts';
import { takeOver } from './take-over.ts';

/** Chooses among standbys that have been cut off; {@link chooseSuccessor}, unless a test shows why. */
export type Choice = (quorum: Quorum, reached: readonly ReachedStandby[]) => string | undefined;

/**
 * Replaces the primary that was lost: fences it, cuts its standbys off, appoints and promotes the one that has
 * everything, or starts the old one again in place where too few standbys could be asked. What stands of it already is
 * noted in the trace. Throws where it did not come to an end; it may then be called again.
 * @param countable standbys that have followed this primary: a log that has not may belong to another history
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
  const quorum = { standbys: cluster.standbys.length, confirmations: cluster.isSynchronous ? 1 : 0 };
  const name = choose(quorum, await reachedStandbys(cluster, countable));
  const next = cluster.standbys.find((standby) => standby.name === name) ?? lost;
  cluster.appoint(next);
  trace.promoted = next.name;
  trace.promotedLsn = await takeOver(cluster, next);
  trace.promotedAtMs = Date.now();
  const others = cluster.standbys.filter(({ server }) => server.isRunning());
  await Promise.allSettled(others.map((standby) => cluster.follow(standby)));
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
