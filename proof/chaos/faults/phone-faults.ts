import { vanishingState, type FleetOrder, type VanishedPhone, type VanishingState } from '#libs/contracts';
import { pollUntil } from '../city/observer.ts';
import { redispatchLimitS } from '../city/silence-limits.ts';
import {
  Incident,
  RECOVERY_LIMIT_MS,
  whenRecovered,
  type FaultContext,
  type FaultTrace,
} from './fault-context.ts';

/** How many phones of each fleet vanish in each state. Short rides are rare, and a run waits for their end. */
const PHONES: Readonly<Record<VanishingState, number>> = {
  offered: 2,
  accepted: 2,
  arrived: 2,
  in_progress: 1,
};
/** How long it may take until as many phones have got into each state. */
const ALL_GONE_LIMIT_MS = 120_000;

/** Drivers' phones end at each state of a trip and never come back; over when the riders on the way have another search. */
export async function vanishDrivers(context: FaultContext): Promise<FaultTrace> {
  const { observer, city } = context;
  const incident = new Incident(context, 'phones of drivers');
  const gone = await vanish(context, incident, 'driver');
  const drivers = gone
    .filter(({ state }) => state === 'accepted')
    .flatMap(({ driver_id: driver }) => driver ?? []);
  const speed = city.system.clock?.speed ?? 1;
  const limitMs = (redispatchLimitS(speed) * 1000) / speed + RECOVERY_LIMIT_MS;
  return incident.end(await pollUntil(async () => (await observer.boundTo(drivers)) === 0, limitMs));
}

/** Riders' phones end at each state of a trip and never come back; the drivers go on. */
export async function vanishRiders(context: FaultContext): Promise<FaultTrace> {
  const incident = new Incident(context, 'phones of riders');
  await vanish(context, incident, 'rider');
  return incident.end(await whenRecovered(context));
}

async function vanish(
  { fleets }: FaultContext,
  incident: Incident,
  who: FleetOrder['who'],
): Promise<VanishedPhone[]> {
  const before = fleets.map(({ vanished }) => vanished.length);
  for (const fleet of fleets)
    for (const state of vanishingState.options)
      fleet.order({ type: 'vanish', who, state, phones: PHONES[state] });
  const gone = (): VanishedPhone[] =>
    fleets.flatMap(({ vanished }, index) =>
      vanished.slice(before[index]).filter((phone) => phone.who === who),
    );
  const wanted = fleets.length * vanishingState.options.reduce((total, state) => total + PHONES[state], 0);
  if ((await pollUntil(() => gone().length >= wanted && wanted > 0, ALL_GONE_LIMIT_MS)) === undefined)
    incident.fail(`${gone().length} phones of ${wanted} vanished`);
  return gone();
}
