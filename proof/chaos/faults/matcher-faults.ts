import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosMatcher } from '../city/chaos-city.ts';
import { whenSo } from '../city/observer.ts';
import {
  chooseMatcher,
  Incident,
  matchersBut,
  RECOVERY_LIMIT_MS,
  whenWell,
  type FaultContext,
  type FaultTrace,
} from './fault-context.ts';
import { processState } from './process-state.ts';

/** `kill -9`; after a while it is started again under its name. */
export async function killMatcher(context: FaultContext): Promise<FaultTrace> {
  const { matcher, held } = await chooseMatcher(context);
  const { service } = matcher;
  const incident = new Incident(context, service.instance, held);
  const { pid } = service.child;
  await service.kill();
  await incident.verify(() => processState(pid) === undefined, `process ${pid} lives on`);
  const recoveredAtMs = await whenOthersOwn(context, service.instance);
  await untilOver(context, incident);
  await service.restart();
  const backAtMs = await whenWell(context);
  return incident.end(backAtMs === undefined ? undefined : recoveredAtMs);
}

/** SIGSTOP, and SIGCONT after a while: it goes on as if nothing had been. */
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
  const backAtMs = await whenWell(context);
  return incident.end(backAtMs === undefined ? undefined : ((await othersOwn) ?? backAtMs));
}

/** All its lines lose every byte, both ways; its process lives on. */
export async function cutMatcher(context: FaultContext): Promise<FaultTrace> {
  const { matcher, held } = await chooseMatcher(context);
  const { service, lines } = matcher;
  await whenTalking(matcher);
  const incident = new Incident(context, service.instance, held);
  lines.cut();
  const bytes = lines.forwardedBytes;
  if (bytes === 0) incident.fail('nothing had ever gone through its lines');
  const othersOwn = whenOthersOwn(context, service.instance);
  await untilOver(context, incident);
  const leaked = lines.forwardedBytes - bytes;
  if (leaked > 0) incident.fail(`${leaked} bytes got through the cut`);
  if (processState(service.child.pid) === undefined) incident.fail('its process had ended');
  lines.mend();
  await incident.verify(() => lines.forwardedBytes > bytes, 'nothing went through after the mending');
  const backAtMs = await whenWell(context);
  return incident.end(backAtMs === undefined ? undefined : ((await othersOwn) ?? backAtMs));
}

/** SIGTERM: it hands its shards over before it ends, and is started anew. */
export async function terminateMatcher(context: FaultContext): Promise<FaultTrace> {
  const { matcher } = await chooseMatcher(context);
  const incident = new Incident(context, matcher.service.instance);
  await endInGoodOrder(matcher, incident);
  const recoveredAtMs = await whenOthersOwn(context, matcher.service.instance);
  await sleep(context.planned.lastsMs);
  await matcher.service.restart();
  const backAtMs = await whenWell(context);
  return incident.end(backAtMs === undefined ? undefined : recoveredAtMs);
}

/** SIGTERM and start anew, one matcher after the other, as an upgrade does it. */
export async function rollMatchers(context: FaultContext): Promise<FaultTrace> {
  const incident = new Incident(context, 'all matchers');
  let backAtMs: number | undefined;
  for (const matcher of context.city.matchers) {
    await endInGoodOrder(matcher, incident);
    await matcher.service.restart();
    backAtMs = await whenWell(context);
    if (backAtMs === undefined) break;
  }
  return incident.end(backAtMs);
}

/** Resolves with nothing once it has ended by itself, within its stop limit. */
async function endInGoodOrder({ service }: ChaosMatcher, incident: Incident): Promise<void> {
  const exit = await service.stop();
  if (exit.code !== 0)
    incident.fail(`${service.instance} did not end in good order: ${exit.signal ?? exit.code}`);
}

/** When every shard is owned by another one than this. */
function whenOthersOwn({ city, observer }: FaultContext, absent: string): Promise<number | undefined> {
  return whenSo(() => observer.isWhole(matchersBut(city, absent)), RECOVERY_LIMIT_MS);
}

/** The rest of the fault's time, counted from its beginning. */
function untilOver({ planned }: FaultContext, incident: Incident): Promise<void> {
  return sleep(Math.max(0, incident.atMs + planned.lastsMs - Date.now()));
}

async function whenTalking({ lines }: ChaosMatcher): Promise<void> {
  const bytes = lines.forwardedBytes;
  await whenSo(() => lines.forwardedBytes > bytes, RECOVERY_LIMIT_MS);
}
