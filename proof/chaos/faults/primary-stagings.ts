import type { PostgresNode } from '../../../dev/postgres/postgres-node.ts';
import { signalAll } from '../../../dev/postgres/server-processes.ts';
import { pollUntil } from '../city/observer.ts';
import { chosen, type FaultContext } from './fault-context.ts';
import { StoppedReceiver } from './receiver.ts';

/** Commits that are on the primary alone when it is killed. */
const OUTSTANDING_COMMITS = 3;
/** How long to wait for them; commits are requested continuously. */
const STAGE_LIMIT_MS = 10_000;

/** The state of the primary when the fault hits. */
export interface Stage {
  /** Why the state was not reached; null if it was. */
  readonly problem: string | null;
  /** Undoes the staging once the primary is gone: the standbys are reachable again. */
  clear(): void;
}

export type Staging = (context: FaultContext) => Promise<Stage>;

/** At any moment. */
export const AT_ANY_MOMENT: Staging = () => Promise.resolve({ problem: null, clear: () => {} });

/** No standby receives anything: commits wait, or with asynchronous commits the primary alone acknowledges them. */
export const WITH_COMMITS_WAITING: Staging = async (context) => {
  const sinceMs = Date.now();
  const receivers = await stopReceivers(context.city.postgres.standbys);
  return {
    problem:
      receivers.length === 0 ? 'no standby had a receiver' : await whyNothingOutstanding(context, sinceMs),
    clear: () => {
      for (const receiver of receivers) receiver.goOn();
    },
  };
};

/** Cuts the primary's lines to the standbys a moment before the kill. */
export const WITH_LINES_CUT: Staging = async (context) => {
  const { lines, primary } = context.city.postgres;
  const sinceMs = Date.now();
  // The cut also loses the bytes in the pipes.
  lines?.cut(primary.name, 'reset');
  return {
    problem: lines === undefined ? 'there are no lines' : await whyNothingOutstanding(context, sinceMs),
    clear: () => lines?.mend(primary.name),
  };
};

/**
 * After the cut, one of its sessions is killed too: Postgres recovers in place, and unacknowledged commits that no standby
 * has become visible. Clients who repeat a request now must not see them.
 */
export const WITH_A_CRASH_BEFORE: Staging = async (context) => {
  const stage = await WITH_LINES_CUT(context);
  if (stage.problem !== null) return stage;
  const { cluster } = context;
  const sessions = await cluster.waitingSessions();
  signalAll(sessions.slice(0, 1), 'SIGKILL');
  const hasRecovered = async (): Promise<boolean> => {
    const now = await cluster.waitingSessions();
    return now.length >= OUTSTANDING_COMMITS && now.every((pid) => !sessions.includes(pid));
  };
  const isStaged = (await pollUntil(hasRecovered, STAGE_LIMIT_MS)) !== undefined;
  return { ...stage, problem: isStaged ? null : 'it did not recover in place' };
};

/** One standby lags behind the others, if there are any; it must not be the one that is promoted. */
export const WITH_A_STANDBY_BEHIND: Staging = async (context) => {
  const standby = chosen(context.city.postgres.standbys, context.planned);
  const receiver = await StoppedReceiver.of(standby);
  const isBehind = async (): Promise<boolean> => ((await context.cluster.lagBytes(standby.name)) ?? 0) > 0;
  const cameToLag = receiver !== undefined && (await pollUntil(isBehind, STAGE_LIMIT_MS)) !== undefined;
  return {
    problem: cameToLag ? null : `${standby.name} did not lag`,
    clear: () => receiver?.goOn(),
  };
};

async function stopReceivers(standbys: readonly PostgresNode[]): Promise<StoppedReceiver[]> {
  const receivers = await Promise.all(standbys.map((standby) => StoppedReceiver.of(standby)));
  return receivers.filter((receiver) => receiver !== undefined);
}

/** There must be begun or acknowledged commits that no standby has. */
async function whyNothingOutstanding(context: FaultContext, sinceMs: number): Promise<string | null> {
  const { city, cluster, commits } = context;
  const isSo = async (): Promise<boolean> => {
    const count = city.postgres.isSynchronous
      ? (await cluster.waitingSessions()).length
      : commits.acknowledgedSince(sinceMs);
    return count >= OUTSTANDING_COMMITS;
  };
  return (await pollUntil(isSo, STAGE_LIMIT_MS)) === undefined ? 'no commit was on the primary alone' : null;
}
