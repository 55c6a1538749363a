import { setTimeout as sleep } from 'node:timers/promises';
import { isPortFree } from '../../../dev/network/free-port.ts';
import type { NatsNode } from '../../../dev/nats/start-nats.ts';
import { pollUntil } from '../city/observer.ts';
import {
  chooseMatcher,
  choosePlanner,
  chosen,
  Incident,
  matchersBut,
  RECOVERY_LIMIT_MS,
  whenRecovered,
  type FaultContext,
  type FaultTrace,
} from './fault-context.ts';
import { askOperator } from './operator.ts';
import { processState } from './process-state.ts';

/** `kill -9` of the planner's `trips`; restarts it after the fault's duration. */
export async function killTrips(context: FaultContext): Promise<FaultTrace> {
  const service = await choosePlanner(context);
  const incident = new Incident(context, service.instance);
  const { pid } = service.child;
  await service.kill();
  await incident.verify(() => processState(pid) === undefined, `process ${pid} still runs`);
  const recoveredAtMs = await whenPlannedByAnother(context, service.instance);
  await sleep(Math.max(0, incident.atMs + context.planned.lastsMs - Date.now()));
  await service.restart();
  const backAtMs = await whenRecovered(context);
  return incident.end(backAtMs === undefined ? undefined : recoveredAtMs);
}

/** SIGSTOP of the planner's `trips`, in the middle of its commands and with its connections open. */
export async function freezeTrips(context: FaultContext): Promise<FaultTrace> {
  const service = await choosePlanner(context);
  const incident = new Incident(context, service.instance);
  const { pid } = service.child;
  service.pause();
  await incident.verify(() => processState(pid) === 'T', `process ${pid} was not stopped`);
  const recovered = whenPlannedByAnother(context, service.instance);
  await sleep(context.planned.lastsMs);
  if (processState(pid) !== 'T') incident.fail(`process ${pid} did not stay stopped`);
  service.resume();
  const backAtMs = await whenRecovered(context);
  return incident.end(backAtMs === undefined ? undefined : await recovered);
}

/** Kills one nats-server of the cluster; it restarts with its storage. */
export async function killNatsNode(context: FaultContext): Promise<FaultTrace> {
  return loseNats(context, [chosen(context.city.nats.nodes, context.planned)], true);
}

/** Kills all nats-servers; they restart without their storage. */
export async function killAllNats(context: FaultContext): Promise<FaultTrace> {
  return loseNats(context, context.city.nats.nodes, false);
}

async function loseNats(
  context: FaultContext,
  nodes: readonly NatsNode[],
  keepsStorage: boolean,
): Promise<FaultTrace> {
  const incident = new Incident(context, nodes.map(({ server }) => server.name).join(' '));
  await Promise.all(nodes.map(({ server }) => server.kill()));
  for (const { url, server } of nodes) {
    await incident.verify(
      () => isPortFree(Number(new URL(url).port)),
      `${server.name} still accepts connections`,
    );
  }
  await sleep(context.planned.lastsMs);
  await Promise.all(nodes.map((node) => node.restart({ keepsStorage })));
  return incident.end(await whenRecovered(context));
}

/** An operator drains a matcher, and resumes it. */
export async function drainMatcher(context: FaultContext): Promise<FaultTrace> {
  const { matcher } = await chooseMatcher(context);
  const { instance } = matcher.service;
  const incident = new Incident(context, instance);
  const drained = await askOperator(context.city, `/v1/matchers/${instance}/drain`);
  if (drained !== 202) incident.fail(`the drain got status ${drained}`);
  const recoveredAtMs = await pollUntil(
    () => context.observer.isWhole(matchersBut(context.city, instance)),
    RECOVERY_LIMIT_MS,
  );
  await sleep(context.planned.lastsMs);
  if (recoveredAtMs !== undefined && (await context.observer.shardsOf(instance)).length > 0)
    incident.fail(`${instance} got shards while it was drained`);
  const resumed = await askOperator(context.city, `/v1/matchers/${instance}/resume`);
  if (resumed !== 202) incident.fail(`the resume got status ${resumed}`);
  const backAtMs = await whenRecovered(context);
  return incident.end(backAtMs === undefined ? undefined : recoveredAtMs);
}

function whenPlannedByAnother({ observer }: FaultContext, absent: string): Promise<number | undefined> {
  return pollUntil(async () => {
    const planner = await observer.planner();
    return planner !== undefined && planner !== absent;
  }, RECOVERY_LIMIT_MS);
}
