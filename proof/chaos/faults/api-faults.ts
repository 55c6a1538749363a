import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetStats } from '#libs/contracts';
import type { ChaosService } from '../city/chaos-city.ts';
import { pollUntil } from '../city/observer.ts';
import {
  chosen,
  Incident,
  RECOVERY_LIMIT_MS,
  whenRecovered,
  type FaultContext,
  type FaultTrace,
} from './fault-context.ts';
import { processState } from './process-state.ts';

/** Share of the drivers of a killed driver-api that must be back: some may be between two sockets for reasons of their own. */
const ENOUGH_BACK = 0.95;

/** `kill -9` of a rider-api with its sockets; over when riders of its fleet request trips again. */
export async function killRiderApi(context: FaultContext): Promise<FaultTrace> {
  const { incident, fleet } = await killApi(context, context.city.riderApis);
  const requested = fleet?.stats?.requested ?? 0;
  return incident.end(await whenBack(context, () => (fleet?.stats?.requested ?? 0) > requested));
}

/** `kill -9` of a driver-api with its sockets and last positions; over when the drivers of its fleet are online again. */
export async function killDriverApi(context: FaultContext): Promise<FaultTrace> {
  const { incident, fleet, before } = await killApi(context, context.city.driverApis, async (during) => {
    const isDark = (): boolean => during.fleet?.stats?.drivers_online === 0;
    await during.incident.verify(isDark, 'its drivers stayed online');
  });
  const enough = ENOUGH_BACK * (before?.drivers_online ?? 1);
  return incident.end(await whenBack(context, () => (fleet?.stats?.drivers_online ?? 0) >= enough));
}

interface KilledApi {
  readonly incident: Incident;
  /** The phones that know no other instance. */
  readonly fleet: FaultContext['fleets'][number] | undefined;
  /** Their figures when it was killed. */
  readonly before: FleetStats | undefined;
}

/** Kills an instance, and starts it again on its port after the fault's duration. */
async function killApi(
  context: FaultContext,
  apis: readonly ChaosService[],
  look: (during: KilledApi) => Promise<void> = async () => {},
): Promise<KilledApi> {
  const service = chosen(apis, context.planned);
  const fleet = context.fleets[apis.indexOf(service)];
  const incident = new Incident(context, service.instance);
  const killed: KilledApi = { incident, fleet, before: fleet?.stats };
  const { pid } = service.child;
  await service.kill();
  await incident.verify(() => processState(pid) === undefined, `process ${pid} still runs`);
  await look(killed);
  await sleep(Math.max(0, incident.atMs + context.planned.lastsMs - Date.now()));
  await service.restart();
  return killed;
}

async function whenBack(context: FaultContext, areBack: () => boolean): Promise<number | undefined> {
  const backAtMs = await pollUntil(areBack, RECOVERY_LIMIT_MS);
  return backAtMs === undefined ? undefined : whenRecovered(context);
}
