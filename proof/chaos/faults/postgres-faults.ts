import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { PostgresNode } from '../../../dev/postgres/postgres-node.ts';
import { signalAll } from '../../../dev/postgres/server-processes.ts';
import { pollUntil } from '../city/observer.ts';
import { chosen, Incident, type FaultContext, type FaultTrace } from './fault-context.ts';
import {
  AT_ANY_MOMENT,
  WITH_A_CRASH_BEFORE,
  WITH_A_STANDBY_BEHIND,
  WITH_COMMITS_WAITING,
  WITH_LINES_CUT,
  type Staging,
} from './primary-stagings.ts';
import { processState } from './process-state.ts';
import { StoppedReceiver } from './receiver.ts';

/** A rebuilt server copies all data; far above what that takes. */
const WHOLE_LIMIT_MS = 120_000;
/** Share of the cuts that close the connections; the others drop every byte silently. */
const RESET_SHARE = 0.5;

/** Time limit of the panic, which comes with the next commit; commits are requested continuously. */
const PANIC_LIMIT_MS = 30_000;

type Fault = (context: FaultContext) => Promise<FaultTrace>;

export const killPrimary = killPrimaryWhen(AT_ANY_MOMENT);
export const killPrimaryWithCommitsWaiting = killPrimaryWhen(WITH_COMMITS_WAITING);
export const killPrimaryWithLinesCut = killPrimaryWhen(WITH_LINES_CUT);
export const killPrimaryAfterCrash = killPrimaryWhen(WITH_A_CRASH_BEFORE);
export const killPrimaryWithStandbyBehind = killPrimaryWhen(WITH_A_STANDBY_BEHIND);

/** `kill -9` of the primary with all its sessions; another server is promoted, and it rejoins as a standby. */
function killPrimaryWhen(staging: Staging): Fault {
  return async (context) => {
    const victim = context.city.postgres.primary;
    const stage = await staging(context);
    const incident = new Incident(context, victim.name);
    if (stage.problem !== null) incident.fail(stage.problem);
    await killServer(victim, incident);
    stage.clear();
    return whenReplaced(context, incident, victim);
  };
}

/** SIGSTOP of the primary with all its sessions: connections stay open, and nothing answers. */
export const freezePrimary: Fault = async (context) => {
  const victim = context.city.postgres.primary;
  const incident = new Incident(context, victim.name);
  const { pid } = victim.server;
  incident.awaitCommits();
  await victim.freeze();
  await incident.verify(() => processState(pid) === 'T', `process ${pid} was not stopped`);
  return whenReplaced(context, incident, victim);
};

/**
 * The primary cannot write to any file (`RLIMIT_FSIZE`), as on a full disk: it panics at the next commit and cannot
 * recover by itself.
 */
export const fillDiskOfPrimary: Fault = async (context) => {
  const victim = context.city.postgres.primary;
  const incident = new Incident(context, victim.name);
  const { server } = victim;
  const pids = await victim.processes();
  incident.awaitCommits();
  // As the server's own user: root may lack the right to set limits of others. A session may have ended meanwhile; new ones inherit the limit.
  const limit = (pid: number): Promise<unknown> =>
    promisify(execFile)('prlimit', [`--pid=${pid}`, '--fsize=0'], {
      ...victim.spec.user,
      cwd: '/',
    });
  await Promise.allSettled(pids.map(limit));
  // By itself, or by its keeper during its recovery. Its log shows nothing: that cannot grow either.
  if ((await pollUntil(() => !server.isRunning(), PANIC_LIMIT_MS)) === undefined)
    incident.fail(`${victim.name} still runs`);
  return whenReplaced(context, incident, victim);
};

/** `kill -9` of a standby; if it is the only one, commits wait until it is back. */
export const killStandby: Fault = async (context) => {
  const victim = chosen(context.city.postgres.standbys, context.planned);
  const incident = new Incident(context, victim.name);
  await killServer(victim, incident);
  return incident.end(await whenWhole(context, incident));
};

/** A standby stops receiving for a while, and lags. */
export const lagStandby: Fault = async (context) => {
  const standby = chosen(context.city.postgres.standbys, context.planned);
  const incident = new Incident(context, standby.name);
  const receiver = await StoppedReceiver.of(standby);
  await incident.verify(() => receiver?.isStopped === true, `${standby.name} still receives`);
  await incident.verify(
    async () => ((await context.cluster.lagBytes(standby.name)) ?? 0) > 0,
    'it does not lag',
  );
  await sleep(context.planned.lastsMs);
  receiver?.goOn();
  incident.awaitCommits();
  return incident.end(await whenWhole(context, incident));
};

/** Cuts the network between the primary and its standbys for a while; clients stay connected. */
export const cutReplication: Fault = async (context) => {
  const { lines, primary } = context.city.postgres;
  const incident = new Incident(context, primary.name);
  const isReset = context.planned.target < RESET_SHARE;
  lines?.cut(primary.name, isReset ? 'reset' : 'black_hole');
  const bytes = lines?.forwardedBytes(primary.name) ?? 0;
  if (bytes === 0) incident.fail('its lines had carried no traffic before the cut');
  await sleep(context.planned.lastsMs);
  const leaked = (lines?.forwardedBytes(primary.name) ?? 0) - bytes;
  if (leaked > 0) incident.fail(`${leaked} bytes got through the cut`);
  lines?.mend(primary.name);
  incident.awaitCommits();
  return incident.end(await whenWhole(context, incident));
};

/** Kills all its processes at once, so that none acknowledges anything later. */
async function killServer(victim: PostgresNode, incident: Incident): Promise<void> {
  const { pid } = victim.server;
  const sessions = await victim.processes();
  incident.awaitCommits();
  const ended = victim.server.kill();
  signalAll(sessions, 'SIGKILL');
  await ended;
  // A session outlives its postmaster as a zombie until a parent reaps it.
  const isGone = (): boolean =>
    [pid, ...sessions].every((one) => ['Z', 'X', undefined].includes(processState(one)));
  await incident.verify(isGone, `processes of ${victim.name} still run`);
}

async function whenReplaced(
  context: FaultContext,
  incident: Incident,
  victim: PostgresNode,
): Promise<FaultTrace> {
  const wholeAtMs = await whenWhole(context, incident);
  const { primary } = context.city.postgres;
  if (primary !== victim) incident.failedOverTo(primary.name);
  return incident.end(wholeAtMs);
}

/** When commits are acknowledged again, and every standby follows the current primary. */
function whenWhole(
  { cluster, commits }: FaultContext,
  { commitsFromMs }: Incident,
): Promise<number | undefined> {
  return pollUntil(
    async () => commits.acknowledgedSince(commitsFromMs ?? 0) > 0 && (await cluster.isWhole()),
    WHOLE_LIMIT_MS,
  );
}
