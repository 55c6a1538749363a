import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosMatcher } from '../city/chaos-city.ts';
import { pollUntil } from '../city/observer.ts';
import {
  chooseMatcher,
  Incident,
  matchersBut,
  RECOVERY_LIMIT_MS,
  whenRecovered,
  type FaultContext,
  type FaultTrace,
} from './fault-context.ts';
import { processState } from './process-state.ts';

/** `kill -9`; restarts the matcher under its name after the fault's duration. */
export async function killMatcher(context: FaultContext): Promise<FaultTrace> {
  const { matcher, held } = await chooseMatcher(context);
  const { service } = matcher;
  const incident = new Incident(context, service.instance, held);
  const { pid } = service.child;
  await service.kill();
  await incident.verify(() => processState(pid) === undefined, `process ${pid} still runs`);
  const recoveredAtMs = await whenOthersOwn(context, service.instance);
  await untilOver(context, incident);
  await service.restart();
  const backAtMs = await whenRecovered(context);
  return incident.end(backAtMs === undefined ? undefined : recoveredAtMs);
}

/** SIGSTOP, then SIGCONT: it resumes with what it knew. */
export async function freezeMatcher(context: FaultContext): Promise<FaultTrace> {
  const { matcher, held } = await chooseMatcher(context);
  const { service } = matcher;
  const incident = new Incident(context, service.instance, held);
  const { pid } = service.child;
  service.pause();
  await incident.verify(() => processState(pid) === 'T', `process ${pid} was not stopped`);
  const othersOwn = whenOthersOwn(context, service.instance);
  await untilOver(context, incident);
  if (processState(pid) !== 'T') incident.fail(`process ${pid} did not stay stopped`);
  service.resume();
  const backAtMs = await whenRecovered(context);
  return incident.end(backAtMs === undefined ? undefined : ((await othersOwn) ?? backAtMs));
}

/** All its lines drop every byte, both ways; its process keeps running. */
export async function cutMatcher(context: FaultContext): Promise<FaultTrace> {
  const { matcher, held } = await chooseMatcher(context);
  const { service, lines } = matcher;
  await whenTalking(matcher);
  const incident = new Incident(context, service.instance, held);
  lines.cut();
  const bytes = lines.forwardedBytes;
  if (bytes === 0) incident.fail('its lines had carried no traffic before the cut');
  const othersOwn = whenOthersOwn(context, service.instance);
  await untilOver(context, incident);
  const leaked = lines.forwardedBytes - bytes;
  if (leaked > 0) incident.fail(`${leaked} bytes got through the cut`);
  if (processState(service.child.pid) === undefined) incident.fail('its process had ended');
  lines.mend();
  await incident.verify(() => lines.forwardedBytes > bytes, 'no traffic after the repair');
  const backAtMs = await whenRecovered(context);
  return incident.end(backAtMs === undefined ? undefined : ((await othersOwn) ?? backAtMs));
}

/** SIGTERM: it hands its shards over before it ends, and is restarted. */
export async function terminateMatcher(context: FaultContext): Promise<FaultTrace> {
  const { matcher } = await chooseMatcher(context);
  const incident = new Incident(context, matcher.service.instance);
  await endInGoodOrder(matcher, incident);
  const recoveredAtMs = await whenOthersOwn(context, matcher.service.instance);
  await sleep(context.planned.lastsMs);
  await matcher.service.restart();
  const backAtMs = await whenRecovered(context);
  return incident.end(backAtMs === undefined ? undefined : recoveredAtMs);
}

/** Restarts one matcher after the other by SIGTERM, as an upgrade does. */
export async function rollMatchers(context: FaultContext): Promise<FaultTrace> {
  const incident = new Incident(context, 'all matchers');
  let backAtMs: number | undefined;
  for (const matcher of context.city.matchers) {
    await endInGoodOrder(matcher, incident);
    await matcher.service.restart();
    backAtMs = await whenRecovered(context);
    if (backAtMs === undefined) break;
  }
  return incident.end(backAtMs);
}

/** Resolves once it has ended by itself, within its stop limit. */
async function endInGoodOrder({ service }: ChaosMatcher, incident: Incident): Promise<void> {
  const exit = await service.stop();
  if (exit.code !== 0) incident.fail(`${service.instance} did not stop cleanly: ${exit.signal ?? exit.code}`);
}

/** When others than this matcher own every shard. */
function whenOthersOwn({ city, observer }: FaultContext, absent: string): Promise<number | undefined> {
  return pollUntil(() => observer.isWhole(matchersBut(city, absent)), RECOVERY_LIMIT_MS);
}

/** The rest of the fault's duration, counted from its beginning. */
function untilOver({ planned }: FaultContext, incident: Incident): Promise<void> {
  return sleep(Math.max(0, incident.atMs + planned.lastsMs - Date.now()));
}

async function whenTalking({ lines }: ChaosMatcher): Promise<void> {
  const bytes = lines.forwardedBytes;
  await pollUntil(() => lines.forwardedBytes > bytes, RECOVERY_LIMIT_MS);
}
